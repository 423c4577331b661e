package notice

import (
	"regexp"
	"slices"
	"time"
)

// Book is the policy and the words in force from one day to another.
type Book struct {
	// Version names the book in every notification written by it.
	Version string `yaml:"version"`
	// From is the first day of validity, To the day after the last one, "" for none.
	From string `yaml:"from"`
	To   string `yaml:"to"`
	// Source is the law, and whose choice the rest is.
	Source string `yaml:"source"`

	// Lang is the language of a dossier that names none.
	Lang string `yaml:"lang"`
	// Channels are tried in this order: the next one when one cannot be used.
	Channels []Channel `yaml:"channels"`
	// Parts are the people who may be told, the first with an address first.
	Parts []string `yaml:"parts"`
	// AfterUnknown says what follows a try of which nobody knows whether it
	// arrived and cannot be asked: stop, or the next channel.
	AfterUnknown string  `yaml:"after_unknown"`
	Retries      Retries `yaml:"retries"`
	SMS          SMS     `yaml:"sms"`
	// Changes are told of besides changes of status; the first that fits counts.
	Changes []Rule `yaml:"changes"`

	Frames Frames          `yaml:"frames"`
	Words  map[Event]Words `yaml:"words"`

	pages   map[page]pages
	numbers *regexp.Regexp
}

// Channel is a way to a citizen.
type Channel string

// The channels.
const (
	BySMS   Channel = "sms"
	ByEmail Channel = "email"
)

// AllChannels lists them.
func AllChannels() []Channel { return []Channel{BySMS, ByEmail} }

// What may follow an unknown outcome.
const (
	StopAfterUnknown = "stop"
	NextAfterUnknown = "next"
)

// Retries says how often and when a notification is tried on one channel.
type Retries struct {
	Tries   int           `yaml:"tries"`
	First   time.Duration `yaml:"first"`  // after the first try
	Factor  int           `yaml:"factor"` // by which each wait is longer than the one before
	Longest time.Duration `yaml:"longest"`
}

// SMS is what a text message may be.
type SMS struct {
	// Characters is the longest text in characters. A Vietnamese one has 67 in
	// each part of a long message (UCS-2, 3GPP TS 23.040).
	Characters int `yaml:"characters"`
	// Numbers matches those that can get one.
	Numbers string `yaml:"numbers"`
	// Short are words that are written shorter, long first.
	Short []Short `yaml:"short"`
}

// Short is a usual abbreviation.
type Short struct {
	Long  string `yaml:"long"`
	Short string `yaml:"short"`
}

// Texts is one text in both languages.
type Texts struct {
	VI string `yaml:"vi"`
	EN string `yaml:"en"`
}

// Words are what is said of an event.
type Words struct {
	Say Texts `yaml:"say"` // what happened
	Do  Texts `yaml:"do"`  // what the citizen is to do; may be empty
}

// Frames are what stands around the words: the minimum content of the duty.
type Frames struct {
	SMS     Texts `yaml:"sms"`
	Subject Texts `yaml:"subject"`
	Email   Texts `yaml:"email"`
}

// First is the channel that is tried first.
func (b *Book) First() Channel { return b.Channels[0] }

// Next is the channel that follows when one could not be used.
func (b *Book) Next(c Channel) (Channel, bool) {
	i := slices.Index(b.Channels, c)
	if i < 0 || i+1 >= len(b.Channels) {
		return "", false
	}
	return b.Channels[i+1], true
}

// Wait is how long to wait after a try, counted from 1. again is false when it
// was the last one.
func (r Retries) Wait(try int) (wait time.Duration, again bool) {
	if try >= r.Tries {
		return 0, false
	}
	wait = r.First
	for range try - 1 {
		if wait *= time.Duration(r.Factor); wait >= r.Longest {
			return r.Longest, true
		}
	}
	return wait, true
}

// Textable says whether a number can get text messages.
func (b *Book) Textable(number string) bool { return b.numbers.MatchString(number) }

package calendar

import (
	"math"
	"time"
)

// Vietnam's lunar calendar: a month begins on the day of the new moon at UTC+7;
// the month with the winter solstice is the eleventh; a year with thirteen months
// between two solstices doubles the first one in which the sun enters no new
// twelfth of its way. At UTC+8, China's, the new year now and then falls on
// another day: 2007 and 2030 are such years.
//
// The series are those of J. Meeus, Astronomical Algorithms (1998), chapters 25
// and 49: seconds for the moon, a quarter of an hour for the sun.

// Lunations are counted from the first new moon of the year 2000.
const (
	firstLunation    = 2451550.09766 // Julian day, terrestrial time
	lunationLength   = 29.530588861
	lunationsCentury = 1236.85
	epochJulian      = 2440587.5 // 1 January 1970, 0:00 UTC
)

// lunarDay is the day of a lunar date; the year is the one in whose course the
// lunar year begins, and the month no doubled one.
func lunarDay(year, month, day int) date {
	eleventh := solsticeMonth(year - 1)
	doubled := doubledMonth(eleventh, solsticeMonth(year))
	after := month + 1 // months after the eleventh of the year before
	if month >= 11 {
		eleventh = solsticeMonth(year)
		doubled = doubledMonth(eleventh, solsticeMonth(year+1))
		after = month - 11
	}
	if doubled > 0 && after >= doubled {
		after++
	}
	return newMoonDay(eleventh+after) + date(day-1)
}

// solsticeMonth is the lunation in which the winter solstice of a year falls.
func solsticeMonth(year int) int {
	end := newDate(year, time.December, 31)
	k := int(math.Floor((float64(end)+epochJulian-firstLunation)/lunationLength)) + 1
	for newMoonDay(k) > end || sunTwelfth(newMoonDay(k)) >= 9 && sunTwelfth(newMoonDay(k)) < 11 {
		k--
	}
	return k
}

// doubledMonth is how many months after one eleventh month, before the next, the
// doubled one comes; 0 for none.
func doubledMonth(eleventh, next int) int {
	if next-eleventh < 13 {
		return 0
	}
	for after := 1; after < 13; after++ {
		if sunTwelfth(newMoonDay(eleventh+after)) == sunTwelfth(newMoonDay(eleventh+after+1)) {
			return after
		}
	}
	return 0
}

// newMoonDay is Vietnam's day of a new moon.
func newMoonDay(k int) date {
	return julianDay(newMoon(float64(k)))
}

// julianDay is the day in Vietnam of a Julian day in terrestrial time.
func julianDay(tt float64) date {
	utc := tt - epochJulian - clockDrift(tt)/86400
	return date(math.Floor(utc + 7.0/24))
}

// sunTwelfth is the twelfth of the sun's way, 0 to 11 from the March equinox, in
// which it stands when a Vietnamese day begins.
func sunTwelfth(d date) int {
	tt := float64(d) - 7.0/24 + epochJulian
	return int(sunLongitude(tt+clockDrift(tt)/86400) / 30)
}

// newMoon is the Julian day, in terrestrial time, of the k-th new moon.
func newMoon(k float64) float64 {
	t := k / lunationsCentury
	mean := firstLunation + lunationLength*k + t*t*(0.00015437-t*(0.000000150-t*0.00000000073))
	e := 1 - t*(0.002516+t*0.0000074) // the orbit grows rounder
	sun := 2.5534 + 29.10535670*k - t*t*(0.0000014+t*0.00000011)
	moon := 201.5643 + 385.81693528*k + t*t*(0.0107582+t*(0.00001238-t*0.000000058))
	node := 160.7108 + 390.67050284*k - t*t*(0.0016118+t*(0.00000227-t*0.000000011))
	ascent := 124.7746 - 1.56375588*k + t*t*(0.0020672+t*0.00000215)
	sum := -0.00017 * sin(ascent)
	for _, term := range moonTerms {
		size := term.size * math.Pow(e, math.Abs(term.sun))
		sum += size * sin(term.sun*sun+term.moon*moon+term.node*node)
	}
	for i, p := range planetTerms {
		angle := p.from + p.rate*k
		if i == 0 {
			angle -= 0.009173 * t * t
		}
		sum += p.size * sin(angle)
	}
	return mean + sum
}

// moonTerms are the sizes, in days, of the sines of sums of the mean anomalies of
// sun and moon and the moon's distance from its node.
var moonTerms = []struct{ size, sun, moon, node float64 }{
	{-0.40720, 0, 1, 0},
	{0.17241, 1, 0, 0},
	{0.01608, 0, 2, 0},
	{0.01039, 0, 0, 2},
	{0.00739, -1, 1, 0},
	{-0.00514, 1, 1, 0},
	{0.00208, 2, 0, 0},
	{-0.00111, 0, 1, -2},
	{-0.00057, 0, 1, 2},
	{0.00056, 1, 2, 0},
	{-0.00042, 0, 3, 0},
	{0.00042, 1, 0, 2},
	{0.00038, 1, 0, -2},
	{-0.00024, -1, 2, 0},
	{-0.00007, 2, 1, 0},
	{0.00004, 0, 2, -2},
	{0.00004, 3, 0, 0},
	{0.00003, 1, 1, -2},
	{0.00003, 0, 2, 2},
	{-0.00003, 1, 1, 2},
	{0.00003, -1, 1, 2},
	{-0.00002, -1, 1, -2},
	{-0.00002, 1, 3, 0},
	{0.00002, 0, 4, 0},
}

// planetTerms are sizes in days of what the planets add, with angles from and
// per lunation in degrees.
var planetTerms = []struct{ size, from, rate float64 }{
	{0.000325, 299.77, 0.107408},
	{0.000165, 251.88, 0.016321},
	{0.000164, 251.83, 26.651886},
	{0.000126, 349.42, 36.412478},
	{0.000110, 84.66, 18.206239},
	{0.000062, 141.74, 53.303771},
	{0.000060, 207.14, 2.453732},
	{0.000056, 154.84, 7.306860},
	{0.000047, 34.52, 27.261239},
	{0.000042, 207.19, 0.121824},
	{0.000040, 291.34, 1.844379},
	{0.000037, 161.72, 24.198154},
	{0.000035, 239.56, 25.513099},
	{0.000023, 331.55, 3.592518},
}

// sunLongitude is the sun's apparent longitude in degrees, 0 to 360, at a Julian
// day in terrestrial time.
func sunLongitude(tt float64) float64 {
	t := (tt - 2451545) / 36525
	mean := 280.46646 + t*(36000.76983+t*0.0003032)
	anomaly := 357.52911 + t*(35999.05029-t*0.0001537)
	centre := (1.914602-t*(0.004817+t*0.000014))*sin(anomaly) + (0.019993-t*0.000101)*sin(2*anomaly) + 0.000289*sin(3*anomaly)
	longitude := math.Mod(mean+centre-0.00569-0.00478*sin(125.04-1934.136*t), 360)
	if longitude < 0 {
		longitude += 360
	}
	return longitude
}

// clockDrift is by how many seconds terrestrial time is ahead of UTC: observed
// until now, extrapolated after, in steps of twenty years with straight lines
// between them.
func clockDrift(tt float64) float64 {
	years := (tt - 2415020.5) / 365.25 / 20 // since 1900
	i := min(max(int(years), 0), len(drifts)-2)
	return drifts[i] + (drifts[i+1]-drifts[i])*(years-float64(i))
}

var drifts = [...]float64{-3, 21, 24, 33, 51, 64, 69, 84, 112, 154, 203, 258, 315, 376, 442, 512}

func sin(degrees float64) float64 { return math.Sin(degrees * math.Pi / 180) }

package scan

import (
	"bytes"
	"strconv"
)

// lexer splits a content stream into operators with what stood before them. It
// knows just enough to find its way: strings are counted, not read.
type lexer struct {
	data []byte
	at   int

	op      string
	numbers []float64 // the last six
	name    string    // the last
	text    int       // bytes in strings
}

// next moves to the next operator; false at the end.
func (l *lexer) next() bool {
	l.numbers, l.name, l.text = l.numbers[:0], "", 0
	for l.at < len(l.data) {
		c := l.data[l.at]
		switch {
		case isSpace(c) || c == '[' || c == ']' || c == '{' || c == '}' || c == ')':
			l.at++
		case c == '%':
			l.skipLine()
		case c == '(':
			l.text += l.skipString()
		case c == '<' || c == '>':
			l.text += l.skipHex()
		case c == '/':
			l.at++
			l.name = string(l.word())
		default:
			if l.token() {
				return true
			}
		}
	}
	return false
}

// token reads a number or an operator, and says whether it was an operator.
func (l *lexer) token() bool {
	w := l.word()
	if c := w[0]; c <= '9' { // digits, sign and point all sort before letters
		if v, err := strconv.ParseFloat(string(w), 64); err == nil {
			if len(l.numbers) == 6 {
				l.numbers = append(l.numbers[:0], l.numbers[1:]...)
			}
			l.numbers = append(l.numbers, v)
			return false
		}
	}
	l.op = string(w)
	if l.op == "ID" {
		l.skipInline()
	}
	return true
}

// word reads up to the next space or delimiter, at least one byte if any is left.
func (l *lexer) word() []byte {
	start := l.at
	for l.at < len(l.data) && !isSpace(l.data[l.at]) && bytes.IndexByte([]byte("()<>[]{}/%"), l.data[l.at]) < 0 {
		l.at++
	}
	return l.data[start:l.at]
}

func (l *lexer) skipLine() {
	for l.at < len(l.data) && l.data[l.at] != '\n' && l.data[l.at] != '\r' {
		l.at++
	}
}

// skipString passes over a string in parentheses, which may nest, and counts it.
func (l *lexer) skipString() int {
	start, depth := l.at, 0
	for l.at < len(l.data) {
		c := l.data[l.at]
		l.at++
		switch c {
		case '\\':
			l.at++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return l.at - start - 2
			}
		}
	}
	return 0 // never closed
}

// skipHex passes over a string in hexadecimal and counts its bytes; the angle
// brackets of a dictionary are passed over one by one.
func (l *lexer) skipHex() int {
	if l.data[l.at] == '>' || bytes.HasPrefix(l.data[l.at:], []byte("<<")) {
		l.at++
		if l.at < len(l.data) && l.data[l.at] == '<' {
			l.at++
		}
		return 0
	}
	end := bytes.IndexByte(l.data[l.at:], '>')
	if end < 0 {
		l.at = len(l.data)
		return 0
	}
	l.at += end + 1
	return (end - 1) / 2
}

// skipInline passes over the bytes of a picture written into the stream: up to
// an EI that stands alone.
func (l *lexer) skipInline() {
	for {
		i := bytes.Index(l.data[min(l.at, len(l.data)):], []byte("EI"))
		if i < 0 {
			l.at = len(l.data)
			return
		}
		before, after := l.at+i-1, l.at+i+2
		l.at = after
		if isSpace(l.data[before]) && (after >= len(l.data) || isSpace(l.data[after])) {
			return
		}
	}
}

// matrix is the six numbers before cm.
func (l *lexer) matrix() (matrix, bool) {
	if len(l.numbers) < 6 {
		return matrix{}, false
	}
	return matrix(l.numbers), true
}

// last is the last number, zero if there is none.
func (l *lexer) last() float64 {
	if len(l.numbers) == 0 {
		return 0
	}
	return l.numbers[len(l.numbers)-1]
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

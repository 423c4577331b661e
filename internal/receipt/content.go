package receipt

import (
	"encoding/binary"
	"unicode/utf16"
)

// texts lists the strings that a page's content shows, in their order. It reads
// what our own forms write: literal strings whose characters are UTF-16.
func texts(content []byte) []string {
	var all []string
	for i := 0; i < len(content); i++ {
		if content[i] != '(' {
			continue
		}
		var raw []byte
		raw, i = literal(content, i+1)
		all = append(all, fromUTF16(raw))
	}
	return all
}

// literal reads a string from behind its opening bracket and gives the place of
// the closing one. Brackets within may stand in pairs without a backslash.
func literal(content []byte, i int) ([]byte, int) {
	var raw []byte
	for depth := 1; i < len(content); i++ {
		c := content[i]
		switch c {
		case '\\':
			i++
			if i < len(content) {
				raw = append(raw, unescaped(content[i]))
			}
			continue
		case '(':
			depth++
		case ')':
			depth--
			if depth == 0 {
				return raw, i
			}
		}
		raw = append(raw, c)
	}
	return raw, i
}

func unescaped(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	}
	return c
}

func fromUTF16(raw []byte) string {
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = binary.BigEndian.Uint16(raw[2*i:])
	}
	return string(utf16.Decode(units))
}

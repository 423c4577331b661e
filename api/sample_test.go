package api

import (
	"encoding/json"
	"strings"
)

// body is a JSON body in the making.
type body map[string]any

// with gives a copy in which what a pointer leads to is replaced; nil removes it.
func (b body) with(pointer string, value any) body {
	raw, _ := json.Marshal(b)
	var copied any
	_ = json.Unmarshal(raw, &copied)
	put(copied, strings.Split(pointer, "/")[1:], value)
	return copied.(map[string]any)
}

// json is the body as it is sent.
func (b body) json() string {
	raw, _ := json.Marshal(b)
	return string(raw)
}

func put(in any, steps []string, value any) {
	switch at := in.(type) {
	case map[string]any:
		switch {
		case len(steps) > 1:
			put(at[steps[0]], steps[1:], value)
		case value == nil:
			delete(at, steps[0])
		default:
			at[steps[0]] = value
		}
	case []any:
		i := int(steps[0][0] - '0')
		if len(steps) > 1 {
			put(at[i], steps[1:], value)
		} else {
			at[i] = value
		}
	}
}

// filingOf is the filing of the contract: a copy of a birth certificate.
func filingOf(document string) body {
	return body{
		"procedure_code": "2.000635", "case": "default", "authority": "H26.12.03", "quantity": 1,
		"applicant": body{"kind": "citizen", "full_name": "Nguyễn Quýt Canary", "citizen_id": "001090000001", "date_of_birth": "1990-01-01",
			"phone": "0900000123", "email": "", "address": "Số 1 phố Canary", "area": "00070"},
		"mandate":    body{"kind": "self"},
		"components": []body{{"code": "to-khai", "document_id": document}},
		"delivery": body{"method": "courier", "carrier": "viettelpost",
			"recipient": body{"full_name": "Nguyễn Quýt Canary", "phone": "0900000123", "address": "Số 1 phố Canary"}},
		"free_help": true, "vulnerable": false,
	}
}

// onPaper is a filing whose form is a sheet.
func onPaper() body {
	return filingOf("").with("/components/0", body{"code": "to-khai", "form": "paper_original"})
}

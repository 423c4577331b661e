package api

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
)

// huma validates requests against the schema and would tell the client what it
// found, value included. Here its messages become rules of our own table: each
// message variable is set to "rule", or "rule<sep>name<sep>value" where the value
// is a limit out of the schema. What huma says in fixed words is in wordings.
const sep = "\x1f"

// maxFieldErrors bounds an answer to a request that is wrong everywhere.
const maxFieldErrors = 50

// huma keeps these as package variables and reads them while operations are
// registered, so they must be in place before any server is made.
func init() {
	huma.NewError = func(status int, _ string, errs ...error) huma.StatusError {
		return problemFrom(status, errs)
	}
	huma.NewErrorWithContext = func(_ huma.Context, status int, _ string, errs ...error) huma.StatusError {
		return problemFrom(status, errs)
	}
	huma.ValidateStrictCasing = true
	huma.DefaultArrayNullable = false
	setValidationMessages()
}

func setValidationMessages() {
	// "%.0s" swallows the argument, which would quote the value.
	const drop = "%.0s"
	validation.MsgUnexpectedProperty = "unknown_field"
	validation.MsgExpectedRFC3339DateTime = "date_time_expected"
	validation.MsgExpectedRFC1123DateTime = "date_time_expected"
	validation.MsgExpectedRFC3339Date = "date_expected"
	validation.MsgExpectedRFC3339Time = "time_expected"
	validation.MsgExpectedRFC5322Email = "email_shape" + drop
	validation.MsgExpectedRFC5890Hostname = "host_expected"
	validation.MsgExpectedRFC2673IPv4 = "host_expected"
	validation.MsgExpectedRFC2373IPv6 = "host_expected"
	validation.MsgExpectedRFCIPAddr = "host_expected"
	validation.MsgExpectedRFC3986URI = "uri_expected" + drop
	validation.MsgExpectedRFC4122UUID = "uuid_expected" + drop
	validation.MsgExpectedRFC6570URITemplate = "uri_expected"
	validation.MsgExpectedRFC6901JSONPointer = "invalid_value"
	validation.MsgExpectedRFC6901RelativeJSONPointer = "invalid_value"
	validation.MsgExpectedRegexp = "invalid_value" + drop
	validation.MsgExpectedMatchAtLeastOneSchema = "schema_mismatch"
	validation.MsgExpectedMatchExactlyOneSchema = "schema_mismatch"
	validation.MsgExpectedNotMatchSchema = "schema_mismatch"
	validation.MsgExpectedPropertyNameInObject = "required"
	validation.MsgExpectedBoolean = "boolean_expected"
	validation.MsgExpectedDuration = "duration_expected" + drop
	validation.MsgExpectedNumber = "number_expected"
	validation.MsgExpectedInteger = "integer_expected"
	validation.MsgExpectedString = "string_expected"
	validation.MsgExpectedBase64String = "base64_expected"
	validation.MsgExpectedArray = "array_expected"
	validation.MsgExpectedObject = "object_expected"
	validation.MsgExpectedArrayItemsUnique = "not_unique"
	validation.MsgExpectedOneOf = "one_of" + sep + "allowed" + sep + "%s"
	validation.MsgExpectedMinimumNumber = "too_small" + sep + "min" + sep + "%v"
	validation.MsgExpectedExclusiveMinimumNumber = "above" + sep + "min" + sep + "%v"
	validation.MsgExpectedMaximumNumber = "too_big" + sep + "max" + sep + "%v"
	validation.MsgExpectedExclusiveMaximumNumber = "below" + sep + "max" + sep + "%v"
	validation.MsgExpectedNumberBeMultipleOf = "multiple_of" + sep + "of" + sep + "%v"
	validation.MsgExpectedMinLength = "too_short" + sep + "min" + sep + "%d"
	validation.MsgExpectedMaxLength = "too_long" + sep + "max" + sep + "%d"
	validation.MsgExpectedBePattern = "pattern" + sep + "pattern" + sep + "%s"
	validation.MsgExpectedMatchPattern = "pattern" + sep + "pattern" + sep + "%s"
	validation.MsgExpectedMinItems = "too_few" + sep + "min" + sep + "%d"
	validation.MsgExpectedMaxItems = "too_many" + sep + "max" + sep + "%d"
	validation.MsgExpectedMinProperties = "too_few" + sep + "min" + sep + "%d"
	validation.MsgExpectedMaxProperties = "too_many" + sep + "max" + sep + "%d"
	// The place is the missing property itself, not the object around it.
	validation.MsgExpectedRequiredProperty = "required" + sep + propertyArg + sep + "%s"
	validation.MsgExpectedDependentRequiredProperty = "required_with" + sep + propertyArg + sep + "%s" + sep + "with" + sep + "%s"
}

// propertyArg marks the argument that belongs into the pointer.
const propertyArg = "\x1fproperty"

// wordings maps what huma says in fixed words, by its beginning, to rules.
var wordings = []struct{ prefix, rule string }{
	{"unknown query parameter", "unknown_parameter"},
	{"required query parameter is missing", "required"},
	{"required header parameter is missing", "required"},
	{"required form parameter is missing", "required"},
	{"required path parameter is missing", "required"},
	{"request body is required", "body_required"},
	{"invalid integer", "integer_expected"},
	{"invalid float", "number_expected"},
	{"invalid boolean", "boolean_expected"},
	{"invalid date/time", "date_time_expected"},
	{"invalid url", "uri_expected"},
	{"expected at most one value", "single_expected"},
	{"Multiple files received", "single_expected"},
	{"File required", "required"},
	{"At least one file is required", "required"},
	{"Invalid mime type", "invalid_value"},
	{"cannot read multipart form", "multipart_broken"},
	{"expected value to match exactly one schema", "schema_mismatch"},
}

// problemFrom turns an error that huma raises into a problem of ours. A path
// parameter that breaks its rule names nothing that exists: that is a 404.
func problemFrom(status int, errs []error) *Problem {
	code := codeFor(status)
	if code == Internal {
		return NewInternal()
	}
	p := NewProblem(code)
	for _, err := range errs {
		detailer, ok := err.(huma.ErrorDetailer)
		switch {
		case ok && strings.HasPrefix(detailer.ErrorDetail().Location, "path."):
			return NewNotFound()
		case ok:
			p.Errors = append(p.Errors, fieldErrorFrom(detailer.ErrorDetail()))
		default:
			if own, ok := err.(FieldError); ok {
				p.Errors = append(p.Errors, own)
			}
		}
	}
	if len(p.Errors) == 0 && status == http.StatusBadRequest {
		p.Errors = []FieldError{Field("", "body_required")}
	}
	// huma walks maps, whose order changes from one request to the next.
	slices.SortStableFunc(p.Errors, func(a, b FieldError) int { return strings.Compare(a.place(), b.place()) })
	p.Errors = p.Errors[:min(len(p.Errors), maxFieldErrors)]
	return p
}

func fieldErrorFrom(d *huma.ErrorDetail) FieldError {
	rule, args := ruleFrom(d.Message)
	in, path, _ := strings.Cut(d.Location, ".")
	switch in {
	case "query", "header", "cookie":
		return FieldError{Parameter: plainName(path), Code: rule, Args: args}
	case "body", "form":
	default: // a multipart field, named without its "form."
		path = d.Location
	}
	pointer := pointerFrom(path)
	if property, there := args[propertyArg]; there {
		pointer += "/" + property
	}
	if strict, there := args[pointerArg]; there {
		pointer = strict
	}
	return FieldError{Pointer: &pointer, Code: rule, Args: args}
}

// ruleFrom reads a message back into rule and arguments.
func ruleFrom(message string) (string, map[string]string) {
	for _, w := range wordings {
		if strings.HasPrefix(message, w.prefix) {
			return w.rule, nil
		}
	}
	rule, rest, _ := strings.Cut(message, sep)
	if _, known := ruleTexts[rule]; !known {
		return "invalid_value", nil
	}
	args := map[string]string{}
	for rest != "" {
		var name, value string
		// A marked name starts with the separator itself.
		mark := ""
		if strings.HasPrefix(rest, sep) {
			mark, rest = sep, rest[len(sep):]
		}
		name, rest, _ = strings.Cut(rest, sep)
		value, rest, _ = strings.Cut(rest, sep)
		args[mark+name] = value
	}
	return rule, args
}

var indexes = regexp.MustCompile(`\[(\d+)\]`)

// pointerFrom turns "components[0].form" into "/components/0/form".
func pointerFrom(path string) string {
	path = indexes.ReplaceAllString(path, ".$1")
	var b strings.Builder
	for step := range strings.SplitSeq(path, ".") {
		if step == "" {
			continue
		}
		if _, err := strconv.Atoi(step); err != nil || len(step) > 4 {
			step = plainName(step)
		}
		if step == "" {
			break
		}
		b.WriteString("/" + step)
	}
	return b.String()
}

var (
	namePattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,39}$`)
	longDigits  = regexp.MustCompile(`[0-9]{4}`)
)

// plainName gives the name if it looks like a field's, so that a client that
// sends personal data where a name belongs does not get it back; otherwise "".
func plainName(name string) string {
	if !namePattern.MatchString(name) || longDigits.MatchString(name) {
		return ""
	}
	return name
}

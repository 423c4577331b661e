package catalogue_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/catalogue"
)

// good is a whole small set; each test spoils one place of it. Its lines are
// numbered by hand in the tests, so it is written to be counted.
const good = `networks:
  - {id: vnpost, name: "Vietnam Post"}
carriers:
  - {id: vnpost, name: "Vietnam Post", networks: [vnpost]}
areas:
  - {code: "01", name: "Hà Nội", kind: province, validity: {from: "2025-01-01"}, source: "x"}
  - {code: "002", name: "Hoàn Kiếm", kind: district, parent: "01", successors: ["00070"], validity: {from: "2025-01-01", to: "2025-07-01"}, source: "x"}
  - {code: "00070", name: "Hoàn Kiếm", kind: ward, parent: "01", validity: {from: "2025-07-01"}, source: "x"}
offices:
  - {id: VNPHKI, network: vnpost, name: "A", address: "B", area: "002", sample: true, validity: {from: "2025-02-05"}, source: "x"}
authorities:
  - {id: H26.12.03, name: "A", level: commune, areas: ["00070"], fields: ["Hộ tịch"], validity: {from: "2025-07-01"}, source: "x"}
procedures:
  - code: "2.000635"
    version: "163/QĐ-BTP"
    name: "Cấp bản sao"
    field: "Hộ tịch"
    decided_at: [commune]
    channels: [online, post]
    agent: allowed
    term: {n: 3, unit: working_day}
    fees:
      - {name: "Phí", amount: 8000, per: copy, channels: [online]}
    cases:
      - code: default
        name: "Cá nhân"
        term: {n: 1, unit: same_day}
        components:
          - code: to-khai
            name: "Tờ khai"
            required: true
            forms: [scan, paper_original]
            paper_demanded: true
    results:
      - {code: KQ.G15.000342, name: "Bản sao"}
    validity: {from: "2025-01-01"}
    source: "x"
    sure: B
`

func TestGoodFile(t *testing.T) {
	t.Parallel()
	_, err := catalogue.Load(files(map[string]string{"set.yaml": good}))
	require.NoError(t, err)
}

func TestBadFiles(t *testing.T) {
	t.Parallel()
	const (
		procedure = "procedure 2.000635: "
		inCase    = procedure + "case default: "
		component = inCase + "component to-khai: "
		area      = "area 00070: "
		authority = "authority H26.12.03: "
	)
	for _, test := range []struct {
		from, to string // one replacement in good
		line     int
		want     string // the problem without its place
	}{
		// Form.
		{"networks:\n", "nets:\n", 1, `unknown list "nets"`},
		{"networks:\n  - {id: vnpost, name: \"Vietnam Post\"}\n", "networks: none\n", 1, `a list is expected here`},
		{`vnpost, name: "Vietnam Post"}`, `vnpost, name: "Vietnam Post", colour: red}`, 2, `network vnpost: unknown field "colour"`},
		{"    sure: B\n", "    sure: B\n  - just text\n", 39, `procedure no. 2: fields are expected here (name: value)`},
		{"    sure: B\n", "    sure: B\n    colours: [red]\n", 39, procedure + `unknown field "colours"`},
		{`code: "2.000635"`, `code: 2.000630`, 14, `procedure no. 1: text (in quotes) is expected here, not 2.000630`},
		{"n: 3,", "n: three,", 21, procedure + `a whole number is expected here, not three`},
		{"n: 3,", "n: 99999999999999999999,", 21, procedure + `a whole number is expected here, not 99999999999999999999`},
		{"amount: 8000", "amount: 80.5", 23, procedure + `a whole number is expected here, not 80.5`},
		{"required: true", "required: yes", 31, procedure + `true or false is expected here, not yes`},
		{"channels: [online, post]", "channels: online", 19, procedure + `a list is expected here`},
		{"channels: [online, post]", "channels: [online, ~]", 19, procedure + `an item of the list is empty`},
		{`version: "163/QĐ-BTP"`, `version: &v "163/QĐ-BTP"`, 15, procedure + `anchors, aliases and tags are not used here`},
		{"    name: \"Cấp bản sao\"\n", "    name: \"A\"\n    name: \"B\"\n", 17, `mapping key "name" already defined at [16:5]`},
		// Procedures.
		{`code: "2.000635"`, `code: "2.635"`, 14, `procedure 2.635: code "2.635" is not of the form 2.000635`},
		{`version: "163/QĐ-BTP"`, `version: ""`, 15, procedure + `version is missing`},
		{"    name: \"Cấp bản sao\"\n", "", 14, procedure + `name is missing`},
		{`field: "Hộ tịch"`, `field: ~`, 17, procedure + `field is missing`},
		{"    source: \"x\"\n    sure", "    sure", 14, procedure + `source is missing`},
		{"decided_at: [commune]", "decided_at: []", 18, procedure + `decided_at is missing`},
		{"decided_at: [commune]", "decided_at: [district]", 18, procedure + `level "district" unknown`},
		{"channels: [online, post]", "channels: [online, fax]", 19, procedure + `channel "fax" unknown`},
		{"channels: [online, post]", "channels: [online, online]", 19, procedure + `channel "online" twice`},
		{"agent: allowed", "agent: maybe", 20, procedure + `agent "maybe" unknown`},
		{"agent: allowed", "agent: not_allowed\n    agent_reason: \"x\"", 14, procedure + `agent_reason_en is missing`},
		{"agent: allowed", "agent: not_allowed\n    agent_reason_en: \"x\"", 14, procedure + `agent_reason is missing`},
		{"unit: working_day", "unit: week", 21, procedure + `term unit "week" unknown`},
		{"n: 3,", "n: 0,", 21, procedure + `term of 0 working_day is not above 0`},
		{"n: 3,", "n: -3,", 21, procedure + `term of -3 working_day is not above 0`},
		{"n: 3,", "n: 2500,", 21, procedure + `term of 2500 working_day is ten years or more`},
		{"unit: working_day", "unit: none", 21, procedure + `a term without a unit has n: 0, not 3`},
		{"n: 1, unit: same_day", "n: 2, unit: same_day", 27, inCase + `a term of the same day has n: 1, not 2`},
		{`{name: "Phí",`, `{name: "",`, 23, procedure + `name is missing`},
		{"per: copy", "per: kilo", 23, procedure + `fee unit "kilo" unknown`},
		{"amount: 8000", "amount: -1", 23, procedure + `fee of -1 đồng is below 0`},
		{"channels: [online]}", "channels: [direct]}", 23, procedure + `fee channel "direct" is not a channel of the procedure`},
		{"code: default", "code: Default", 25, procedure + `case Default: code "Default" is not of small letters, digits and hyphens`},
		{"code: to-khai", "code: tờ-khai", 29, inCase + `component tờ-khai: code "tờ-khai" is not of small letters, digits and hyphens`},
		{"required: true", "required: false", 29, inCase + `no component is required`},
		{"forms: [scan, paper_original]", "forms: []\n            note: \"x\"", 32, component + `forms is missing`},
		{"[scan, paper_original]", "[fax, paper_original]", 32, component + `form "fax" unknown`},
		{"[scan, paper_original]", "[scan, from_database]", 33, component + `the paper is demanded, but forms has no paper form`},
		{"[scan, paper_original]\n            paper_demanded: true", "[not_available]", 32, component + `it can only be not available`},
		// Conditions and substitutes.
		{"required: true", "required: true\n            when: {field: mandate.kind, in: [forced]}", 32, component + `field "mandate.kind" is never "forced" (known: [self assisted authorised])`},
		{"required: true", "required: true\n            when: {}", 32, component + `a condition has exactly one of field, all and any`},
		{"required: true", "required: true\n            when: {field: quantity, at_least: two}", 32, procedure + `a whole number is expected here, not two`},
		{"required: true", "required: true\n            required_when: {field: submitter, is: true}", 32, component + `it is required anyway`},
		{"required: true", "required: true\n            reusable: true", 32, component + `only what is taken as a scan and is not demanded on paper can be reused`},
		{"required: true", "required: true\n            substitutes: [{code: to-khai, name: \"x\", basis: \"y\", forms: [scan]}]", 32, component + `code "to-khai" twice`},
		{"required: true", "required: true\n            substitutes: [{code: cam-doan, name: \"x\", basis: \"y\", forms: [not_available]}]", 32, component + `what stands in for another must be available`},
		{"KQ.G15.000342", "KQ15", 35, procedure + `result code "KQ15" is not of the form KQ.G15.000031`},
		{`name: "Bản sao"`, `name: ""`, 35, procedure + `name is missing`},
		{"sure: B", "sure: very", 38, procedure + `rating of sureness "very" unknown`},
		// Days.
		{`validity: {from: "2025-01-01"}` + "\n    source", `validity: {from: "2025-02-29"}` + "\n    source", 36, procedure + `day "2025-02-29" is not in the calendar`},
		{`validity: {from: "2025-01-01"}` + "\n    source", `validity: {from: "2025-01-01", to: "1/7/2025"}` + "\n    source", 36, procedure + `day "1/7/2025" is not in the calendar`},
		{`validity: {from: "2025-01-01"}` + "\n    source", `validity: {from: "2025-01-01", to: "2025-01-01"}` + "\n    source", 36, procedure + `validity ends on 2025-01-01, not after it begins on 2025-01-01`},
		{"    validity: {from: \"2025-01-01\"}\n    source", "    source", 14, procedure + `day "" is not in the calendar`},
		// Places.
		{"{id: vnpost, name: \"Vietnam Post\", networks", "{id: VN Post, name: \"Vietnam Post\", networks", 4, `carrier VN Post: id "VN Post" is not of small letters, digits and underscores`},
		{"networks: [vnpost]", "networks: [post]", 4, `carrier vnpost: network "post" unknown`},
		{"id: VNPHKI", "id: VNP", 10, `office VNP: id "VNP" is not of 4 to 10 capital letters and digits`},
		{"network: vnpost", "network: post", 10, `office VNPHKI: network "post" unknown`},
		{`address: "B"`, `address: ""`, 10, `office VNPHKI: address is missing`},
		{`area: "002"`, `area: "003"`, 10, `office VNPHKI: area "003" unknown`},
		{`area: "002"`, `area: "00070"`, 10, `office VNPHKI: area "00070" is not valid on 2025-02-05`},
		{"id: H26.12.03", "id: H26-12", 12, `authority H26-12: id "H26-12" is not of the form H26.12.03`},
		{"level: commune", "level: district", 12, authority + `level "district" unknown`},
		{`areas: ["00070"]`, `areas: []`, 12, authority + `areas is missing`},
		{`areas: ["00070"]`, `areas: ["002"]`, 12, authority + `area "002" is not valid on 2025-07-01`},
		{`fields: ["Hộ tịch"]`, `fields: ["Đất đai"]`, 12, authority + `no procedure is of the field "Đất đai"`},
		{"kind: ward", "kind: village", 8, area + `kind "village" unknown`},
		{"kind: ward", "kind: district", 8, area + `code "00070" of a district is not of 3 digits`},
		{`kind: ward, parent: "01"`, `kind: ward, parent: "00070"`, 8, area + `a ward cannot be the parent of a ward`},
		{`kind: ward, parent: "01"`, `kind: ward`, 8, area + `area "" unknown`},
		{"kind: province,", "kind: province, parent: \"002\",", 6, `area 01: a province has no parent`},
		{`successors: ["00070"]`, `successors: ["00071"]`, 7, `area 002: area "00071" unknown`},
		{`kind: ward,`, `kind: ward, successors: ["002"],`, 8, area + `it has successors but no end`},
	} {
		t.Run(fmt.Sprintf("%s line %d", test.want, test.line), func(t *testing.T) {
			t.Parallel()
			require.Contains(t, good, test.from)
			_, err := catalogue.Load(files(map[string]string{"set.yaml": strings.Replace(good, test.from, test.to, 1)}))
			require.Error(t, err)
			require.Contains(t, "\n"+err.Error(), fmt.Sprintf("\nset.yaml:%d: %s", test.line, test.want))
		})
	}
}

// A procedure that an agent takes must have a way to go on.
func TestAgentNeedsAWayOn(t *testing.T) {
	t.Parallel()
	bad := strings.NewReplacer("[online, post]", "[direct]", "channels: [online]}", "channels: [direct]}").Replace(good)
	_, err := catalogue.Load(files(map[string]string{"set.yaml": bad}))
	require.EqualError(t, err, "set.yaml:20: procedure 2.000635: an agent may take it, but it has neither the channel online nor post")
}

// The same code twice on one day is told where the other one stands.
func TestOverlaps(t *testing.T) {
	t.Parallel()
	start := strings.Index(good, "  - code: \"2.000635\"")
	again := strings.Replace(good[start:], "163/QĐ-BTP", "999/QĐ-BTP", 1)
	later := strings.Replace(again, `{from: "2025-01-01"}`, `{from: "2026-01-01"}`, 1)
	closed := strings.Replace(good, "{from: \"2025-01-01\"}\n    source", "{from: \"2025-01-01\", to: \"2026-01-01\"}\n    source", 1)
	for _, test := range []struct{ name, first, second, want string }{
		{"both open", good, again, "z.yaml:2: procedure 2.000635: the same code is valid on the same days at set.yaml:14"},
		{"the first still open", good, later, "z.yaml:2: procedure 2.000635: the same code is valid on the same days at set.yaml:14"},
		{"one after the other", closed, later, ""},
		{"the same version", closed, strings.Replace(later, "999/", "163/", 1), "z.yaml:3: procedure 2.000635: version \"163/QĐ-BTP\" is already at set.yaml:14"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := catalogue.Load(files(map[string]string{"set.yaml": test.first, "z.yaml": "procedures:\n" + test.second}))
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, test.want)
		})
	}
	for _, list := range []string{"networks:\n  - {id: vnpost, name: \"A\"}\n", "carriers:\n  - {id: vnpost, name: \"A\"}\n"} {
		_, err := catalogue.Load(files(map[string]string{"set.yaml": good, "z.yaml": list}))
		require.ErrorContains(t, err, "the same code is valid on the same days at")
	}
}

// A case or component twice in one checklist.
func TestTwiceInOneChecklist(t *testing.T) {
	t.Parallel()
	start, end := strings.Index(good, "      - code: default"), strings.Index(good, "    results:")
	twice := good[:end] + good[start:end] + good[end:]
	_, err := catalogue.Load(files(map[string]string{"set.yaml": twice}))
	require.EqualError(t, err, `set.yaml:34: procedure 2.000635: case default: code "default" twice`)

	start = strings.Index(good, "          - code: to-khai")
	twice = good[:end] + good[start:end] + good[end:]
	_, err = catalogue.Load(files(map[string]string{"set.yaml": twice}))
	require.EqualError(t, err, `set.yaml:34: procedure 2.000635: case default: component to-khai: code "to-khai" twice`)
}

// Nothing is kept back: every fault of every record comes in one go.
func TestAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	bad := strings.NewReplacer(
		"unit: working_day", "unit: week", "network: vnpost", "network: post",
		"level: commune", "level: hamlet", "forms: [scan,", "forms: [fax,", "kind: province,", "kind: country,",
	).Replace(good)
	_, err := catalogue.Load(files(map[string]string{"set.yaml": bad}))
	var all catalogue.Problems
	require.ErrorAs(t, err, &all)
	require.GreaterOrEqual(t, len(all), 5)

	misshapen := strings.NewReplacer("n: 3,", "n: three,", "required: true", "required: yes", "sure: B", "shure: B").Replace(good)
	_, err = catalogue.Load(files(map[string]string{"set.yaml": misshapen}))
	require.ErrorAs(t, err, &all)
	require.Len(t, all, 3, "of one record: %v", err)
}

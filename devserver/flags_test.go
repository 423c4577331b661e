package main

import (
	"context"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/server/common/dynamicconfig"
)

// parse reads a command line as the program would, without starting anything.
func parse(args ...string) (options, error) {
	var got options
	command := newStartCommand(func(_ context.Context, o options, _ io.Writer) error {
		got = o
		return nil
	})
	command.SilenceErrors, command.SilenceUsage = true, true
	command.SetArgs(args)
	err := command.Execute()
	return got, err
}

func mustParse(t *testing.T, args ...string) options {
	t.Helper()
	o, err := parse(args...)
	if err != nil {
		t.Fatalf("parse %q: %v", args, err)
	}
	return o
}

// setting is the dynamic configuration value in force, constraints aside.
func setting(o options, key string) any {
	values := o.dynamic.GetValue(dynamicconfig.MakeKey(key))
	if len(values) == 0 {
		return nil
	}
	return values[0].Value
}

func TestFlagsUnderstood(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args []string
		read func(options) any
		want any
	}{
		"address":                    {nil, func(o options) any { return o.frontend() }, "127.0.0.1:7233"},
		"localhost is an address":    {[]string{"--ip", "localhost"}, func(o options) any { return o.frontend() }, "127.0.0.1:7233"},
		"IPv6":                       {[]string{"--ip", "::1"}, func(o options) any { return o.frontend() }, "[::1]:7233"},
		"with equals sign":           {[]string{"--port=7000"}, func(o options) any { return o.port }, 7000},
		"with space":                 {[]string{"--port", "7000"}, func(o options) any { return o.port }, 7000},
		"short":                      {[]string{"-p", "7000"}, func(o options) any { return o.port }, 7000},
		"page follows the port":      {[]string{"--port", "7000"}, func(o options) any { return o.ui() }, "http://127.0.0.1:8000"},
		"page stays a port":          {[]string{"--port", "65000"}, func(o options) any { return o.uiPort }, 65535},
		"page elsewhere":             {[]string{"--ui-ip=127.0.0.2", "--ui-port=9"}, func(o options) any { return o.ui() }, "http://127.0.0.2:9"},
		"headless":                   {[]string{"--headless", "--ui-port", "9"}, func(o options) any { return o.uiPort }, 0},
		"page read-only":             {[]string{"--ui-read-only"}, func(o options) any { return o.uiReadOnly }, true},
		"news flag of the CLI":       {[]string{"--ui-disable-news-fetch"}, func(o options) any { return o.port }, 7233},
		"codec":                      {[]string{"--ui-codec-endpoint", "http://x"}, func(o options) any { return o.codecEndpoint }, "http://x"},
		"remote, asked for":          {[]string{"--ip", "0.0.0.0", "--allow-remote"}, func(o options) any { return o.frontend() }, "127.0.0.1:7233"},
		"HTTP":                       {[]string{"--http-port", "7243"}, func(o options) any { return o.httpPort }, 7243},
		"metrics":                    {[]string{"--metrics-port=9090"}, func(o options) any { return o.metricsPort }, 9090},
		"database":                   {[]string{"-f", "a b.db"}, func(o options) any { return o.database }, "a b.db"},
		"default namespace":          {nil, func(o options) any { return o.namespaces }, []string{"default"}},
		"namespaces":                 {[]string{"-n", "hoso", "--namespace=b", "-n", "default", "-n", "b"}, func(o options) any { return o.namespaces }, []string{"default", "hoso", "b"}},
		"attribute":                  {[]string{"--search-attribute", "DossierStage=keyword"}, func(o options) any { return o.attributes["DossierStage"] }, enumspb.INDEXED_VALUE_TYPE_KEYWORD},
		"attribute of every type":    {[]string{"--search-attribute=A=Text", "--search-attribute=B=Int", "--search-attribute=C=Double", "--search-attribute=D=Bool", "--search-attribute=E=Datetime", "--search-attribute=F=KeywordList"}, func(o options) any { return len(o.attributes) }, 6},
		"retention":                  {nil, func(o options) any { return o.retention }, 30 * 24 * time.Hour},
		"retention in days":          {[]string{"--retention", "90d"}, func(o options) any { return o.retention }, 90 * 24 * time.Hour},
		"retention by default":       {nil, func(o options) any { return o.setRetention }, false},
		"retention by hand":          {[]string{"--retention", "30d"}, func(o options) any { return o.setRetention }, true},
		"log":                        {[]string{"--log-level", "never", "--log-format", "pretty"}, func(o options) any { return o.logLevel }, "never"},
		"parent":                     {[]string{"--exit-with-parent"}, func(o options) any { return o.exitWithParent }, true},
		"pragma":                     {[]string{"--sqlite-pragma", "cache_size=-8000"}, func(o options) any { return o.pragmas["cache_size"] }, "-8000"},
		"stronger than FULL":         {[]string{"--sqlite-pragma", "SYNCHRONOUS=extra"}, func(o options) any { return o.pragmas["synchronous"] }, "extra"},
		"fairness":                   {nil, func(o options) any { return setting(o, "matching.enableFairness") }, true},
		"one partition":              {nil, func(o options) any { return setting(o, "matching.numTaskqueueReadPartitions") }, 1},
		"pause":                      {nil, func(o options) any { return setting(o, "frontend.WorkflowPauseEnabled") }, true},
		"no call home":               {nil, func(o options) any { return setting(o, "frontend.enableServerVersionCheck") }, false},
		"time runs":                  {nil, func(o options) any { return setting(o, "frontend.WorkflowTimeSkippingEnabled") }, nil},
		"time can be made to skip":   {[]string{"--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"}, func(o options) any { return setting(o, "frontend.WorkflowTimeSkippingEnabled") }, true},
		"default overruled":          {[]string{"--dynamic-config-value=limit.maxIDLength=1000"}, func(o options) any { return setting(o, "limit.maxIDLength") }, 1000},
		"JSON with commas":           {[]string{"--dynamic-config-value", `x.y={"a":1,"b":[2,3]}`}, func(o options) any { return setting(o, "x.y") }, map[string]any{"a": 1, "b": []any{2, 3}}},
		"misspelt key is warned of":  {[]string{"--dynamic-config-value", "limit.maxIDLenght=1"}, func(o options) any { return len(o.warnings) }, 1},
		"wrong type is warned of":    {[]string{"--dynamic-config-value", `limit.maxIDLength="long"`}, func(o options) any { return len(o.warnings) }, 1},
		"right key is not warned of": {[]string{"--dynamic-config-value", "limit.maxIDLength=9"}, func(o options) any { return len(o.warnings) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := mustParse(t, tc.args...)
			if got := tc.read(o); !reflect.DeepEqual(got, tc.want) {
				t.Errorf("%q: got %v, want %v", tc.args, got, tc.want)
			}
		})
	}
}

func TestFlagsRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args []string
		says string
	}{
		"other machines":           {[]string{"--ip", "0.0.0.0"}, "add --allow-remote"},
		"other machines, page":     {[]string{"--ui-ip", "192.168.1.5"}, "--ui-ip 192.168.1.5"},
		"other machines, IPv6":     {[]string{"--ip", "::"}, "add --allow-remote"},
		"name as address":          {[]string{"--ip", "example.org"}, "not an IP address"},
		"no port":                  {[]string{"--port", "0"}, "from 1 to 65535"},
		"port too high":            {[]string{"--metrics-port", "70000"}, "--metrics-port 70000"},
		"synchronous NORMAL":       {[]string{"--sqlite-pragma", "synchronous=NORMAL"}, "refused"},
		"synchronous 1":            {[]string{"--sqlite-pragma=synchronous=1"}, "refused"},
		"synchronous off":          {[]string{"--sqlite-pragma", "Synchronous = off"}, "refused"},
		"no write-ahead log":       {[]string{"--sqlite-pragma", "journal_mode=DELETE"}, "refused"},
		"qualified pragma":         {[]string{"--sqlite-pragma", "main.synchronous=OFF"}, "plain name"},
		"two statements":           {[]string{"--sqlite-pragma", "cache_size=1;pragma synchronous=OFF"}, "plain value"},
		"pragma without value":     {[]string{"--sqlite-pragma", "synchronous"}, "NAME=VALUE"},
		"attribute without type":   {[]string{"--search-attribute", "A"}, "NAME=VALUE"},
		"unknown type":             {[]string{"--search-attribute", "A=String"}, "the type is"},
		"reserved name":            {[]string{"--search-attribute", "WorkflowId=Keyword"}, "not a name"},
		"two types":                {[]string{"--search-attribute", "A=Int", "--search-attribute", "A=Bool"}, "already asked for"},
		"Temporal's namespace":     {[]string{"-n", "temporal-system"}, "not a name"},
		"value is no JSON":         {[]string{"--dynamic-config-value", "a.b=hello"}, "must be JSON"},
		"retention too short":      {[]string{"--retention", "5m"}, "at least"},
		"retention without a unit": {[]string{"--retention", "30"}, "30d or 720h"},
		"level":                    {[]string{"--log-level", "loud"}, "--log-level"},
		"format":                   {[]string{"--log-format", "xml"}, "--log-format"},
		"unknown flag":             {[]string{"--ephemeral"}, "unknown flag"},
		"stray word":               {[]string{"now"}, "unknown command"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parse(tc.args...)
			if err == nil {
				t.Fatalf("%q: accepted", tc.args)
			}
			if !strings.Contains(err.Error(), tc.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%q: says %q, want one line with %q", tc.args, err, tc.says)
			}
		})
	}
}

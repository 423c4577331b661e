package scan

import (
	"context"
	"slices"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// The kinds of active content, as a profile names them.
const (
	activeScript     = "script"
	activeLaunch     = "launch"
	activeAttachment = "attachment"
	activeForm       = "dynamic_form"
	allow            = "allow"
)

var activeKinds = []string{activeScript, activeLaunch, activeAttachment, activeForm}

// judgeActive looks for what a PDF could do besides being shown. It asks every
// object of the file, not only what the pages lead to: content that nothing
// refers to today has no business in a dossier either.
func (in *inspection) judgeActive(doc *model.Context) {
	found := map[string]bool{}
	for _, entry := range doc.Table {
		if entry == nil || entry.Free {
			continue
		}
		walkActive(unlazy(in.src.ctx, entry), found, 0)
	}
	for _, kind := range activeKinds {
		if severity := in.p.ActiveContent[kind]; found[kind] && severity != allow {
			in.find(Finding{Code: CodeActiveContent, Severity: severity}, CodeActiveContent+"."+kind)
		}
	}
}

// unlazy gives the object of an entry, parsing it if that was put off.
func unlazy(ctx context.Context, entry *model.XRefTableEntry) types.Object {
	lazy, ok := entry.Object.(types.LazyObjectStreamObject)
	if !ok {
		return entry.Object
	}
	o, err := lazy.DecodedObject(ctx)
	if err != nil {
		return nil // a broken object does nothing
	}
	return o
}

// walkActive looks through one object and what is written inside it.
func walkActive(o types.Object, found map[string]bool, depth int) {
	if depth > 100 {
		return
	}
	switch o := o.(type) {
	case types.StreamDict:
		walkActive(o.Dict, found, depth+1)
	case types.Array:
		for _, v := range o {
			walkActive(v, found, depth+1)
		}
	case types.Dict:
		for key, v := range o {
			if kind := activeEntry(key, v); kind != "" {
				found[kind] = true
			}
			walkActive(v, found, depth+1)
		}
	}
}

// activeEntry says what kind of active content a dictionary entry gives away.
// The lists of scripts and of attachments in a catalogue do not count by
// themselves: some programs always write them, empty.
func activeEntry(key string, v types.Object) string {
	name, _ := v.(types.Name)
	switch {
	case v == nil:
		return ""
	case key == "JS", name == "JavaScript", name == "RichMedia":
		return activeScript
	case key == "S" && name == "Launch":
		return activeLaunch
	case key == "EF", name == "EmbeddedFile", name == "FileAttachment":
		return activeAttachment
	case key == "XFA":
		return activeForm
	}
	return ""
}

// nameIs says whether a dictionary's entry is one of some names.
func nameIs(d types.Dict, key string, names ...string) bool {
	n, ok := d[key].(types.Name)
	return ok && slices.Contains(names, string(n))
}

package confined

import (
	"encoding/json"

	"hoso/internal/scan"
)

// childArg is the argument by which a process knows that it is a child.
const childArg = "scan-child"

// order is what the parent writes to a child's standard input. The end of that
// input is the end of the parent.
type order struct {
	Job     string       `json:"job"`
	Bytes   int64        `json:"bytes"` // of the file, which is descriptor 3
	Profile scan.Profile `json:"profile"`
	Limits  Limits       `json:"limits"`
	Tools   Tools        `json:"tools"`
	// Room is a folder that a picture for another program may be written into;
	// empty for jobs that write nothing. The parent empties it.
	Room string `json:"room,omitempty"`
}

// Tools are the other programs that a child may start, by their full path; an
// empty one is not there.
type Tools struct {
	PDFToPPM string `json:"pdftoppm,omitempty"`
	ZBarImg  string `json:"zbarimg,omitempty"`
}

// taken is what a child writes first: from now on it reads the file, and what
// becomes of it is the file's doing. To JSON it is nothing.
var taken = []byte("\n")

// answer is what a child writes to its standard output.
type answer struct {
	Result json.RawMessage `json:"result,omitempty"`
	// Failed says in one word why there is no result.
	Failed string `json:"failed,omitempty"`
	// Peak is the most memory that the child held, in bytes; 0 if unknown.
	Peak int64 `json:"peak"`
}

// The words of a child that gives no result.
const (
	failedFile  = "file"  // the file could not be read, which is not its fault
	failedTool  = "tool"  // a program that is needed is not there
	failedInput = "input" // the bytes are nothing that the job could use
	failedOrder = "order"
)

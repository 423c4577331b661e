package api

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a file is called is the client's affair: whatever the name, it is judged by
// its bytes, and the name is neither kept nor told nor logged.
func TestHostileFileNames(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	for _, name := range []string{
		"../../etc/passwd", `..\..\windows\system32\a.dll`, "/etc/passwd", "C:\\a.pdf", "a\x00.pdf", "CON", "nul.pdf", ".", "..", "", " ",
		"\u202efdp.exe", "a\u2066b\u2069.pdf", "\ufeff.pdf", strings.Repeat("a", 5000), strings.Repeat("../", 1000), "a.pdf;rm -rf /", "$(id).pdf", "`id`.pdf",
		"<script>alert(1)</script>.pdf", "a%00.pdf", "%2e%2e%2fa", "hồ sơ.pdf", "\xff\xfe.pdf", "a.pdf.exe", "canary",
	} {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		// Not by CreateFormFile, which would tame the name.
		quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name)
		part, err := form.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {fmt.Sprintf(`form-data; name="file"; filename="%s"`, quoted)}, "Content-Type": {"application/x-canary"},
		})
		require.NoError(t, err)
		_, err = part.Write(goodScan())
		require.NoError(t, err)
		require.NoError(t, form.Close())
		w := h.do(ask{method: "POST", path: "/v1/documents", token: "clerk", key: newKey(), body: body.String(),
			header: map[string]string{"Content-Type": form.FormDataContentType()}})
		require.Contains(t, []int{http.StatusCreated, http.StatusBadRequest}, w.Code, "%q: %s", name, w.Body.String())
		if w.Code == http.StatusCreated {
			d := read[Document](t, w, http.StatusCreated)
			require.Equal(t, "image/jpeg", d.MediaType, "%q", name)
			require.Equal(t, `attachment; filename="`+d.SHA256[:16]+`.jpg"`, h.get("clerk", "/v1/documents/"+d.ID+"/content").Header().Get("Content-Disposition"))
		}
		if len(name) > 3 {
			require.NotContains(t, w.Body.String(), name)
			require.NotContains(t, h.log.String(), name)
		}
	}
	noCanary(t, h.log.String())
}

package api

import (
	"embed"
	"net/http"

	"github.com/gin-gonic/gin"
)

// The documentation page: Swagger UI 5.35.0 (Apache-2.0, from the npm package
// swagger-ui-dist) and a page and script of our own. Nothing is loaded from
// elsewhere, so the page works without the internet.
//
//go:embed docsui
var docsFiles embed.FS

// docsCSP allows the page its own files only. Swagger UI draws its icons from
// data: images and sets styles by script, which needs no unsafe-inline.
const docsCSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

var docsAssets = map[string]string{
	"/docs":                      "index.html",
	"/docs/init.js":              "init.js",
	"/docs/page.css":             "page.css",
	"/docs/swagger-ui-bundle.js": "swagger-ui-bundle.js",
	"/docs/swagger-ui.css":       "swagger-ui.css",
	"/docs/favicon-32x32.png":    "favicon-32x32.png",
	"/docs/LICENSE":              "LICENSE",
	"/docs/NOTICE":               "NOTICE",
	"/docs/bundle-LICENSE.txt":   "swagger-ui-bundle.js.LICENSE.txt",
}

func (s *Server) registerDocs() {
	for path, file := range docsAssets {
		s.engine.GET(path, func(c *gin.Context) {
			c.Header("Content-Security-Policy", docsCSP)
			c.Header("Cache-Control", "no-cache")
			http.ServeFileFS(c.Writer, c.Request, docsFiles, "docsui/"+file)
		})
	}
}

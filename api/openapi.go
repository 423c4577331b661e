package api

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"
)

// Version is the API's own version. It grows when what stands in the contract
// changes, and is not the program's.
const Version = "1.0.0"

const bearerScheme = "bearer"

const description = `Carries administrative dossiers from a counter to the citizen's hand.

Errors are problem details (RFC 9457) with a stable ` + "`code`" + `, in Vietnamese or English by ` + "`Accept-Language`" + `.
Every POST that creates or commands wants an ` + "`Idempotency-Key`" + `. Unknown fields and parameters are refused.
Times are RFC 3339 in +07:00; money is in whole đồng. Another office's dossier is a 404.`

// humaConfig sets huma up without its own routes: its documentation page loads
// from a CDN, and its first answer to /openapi.json races with the second.
func humaConfig(s *Server) huma.Config {
	config := huma.DefaultConfig("hoso", Version)
	config.DocsPath, config.OpenAPIPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil
	config.Formats = map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat}
	config.RejectUnknownQueryParameters = true
	config.Transformers = []huma.Transformer{s.translateProblem}
	config.Info.Description = description
	config.Info.License = &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}
	config.Servers = []*huma.Server{{URL: "/", Description: "this server"}}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		bearerScheme: {
			Type: "http", Scheme: "bearer", BearerFormat: "JWT",
			Description: "EdDSA or RS256, issuer and audience `hoso`. Role and scope come from the register, never from claims.",
		},
	}
	return config
}

// translateProblem puts problems that huma writes into the reader's language.
func (s *Server) translateProblem(ctx huma.Context, status string, body any) (any, error) {
	p, ok := body.(*Problem)
	if !ok {
		return body, nil
	}
	if status != strconv.Itoa(p.Status) {
		return nil, fmt.Errorf("problem %s written as %s", p.Code, status)
	}
	r := requestIn(ctx.Context())
	markLanguage(humagin.Unwrap(ctx).Writer.Header(), r.lang)
	return p.in(r.lang, r.id), nil
}

// Spec gives the OpenAPI 3.1 document as JSON, as /openapi.json serves it.
func (s *Server) Spec() ([]byte, error) { return s.spec() }

func (s *Server) marshalSpec() ([]byte, error) {
	return json.MarshalIndent(s.huma.OpenAPI(), "", " ")
}

func (s *Server) registerSpec() {
	s.engine.GET("/openapi.json", func(c *gin.Context) {
		spec, err := s.spec()
		if err != nil {
			Log(c.Request.Context()).Error("OpenAPI document", slog.String("error", err.Error()))
			refuse(c, NewInternal())
			return
		}
		c.Data(http.StatusOK, "application/json", spec)
	})
}

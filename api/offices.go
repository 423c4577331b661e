package api

import (
	"context"
	"net/http"

	"hoso/internal/catalogue"
)

// Office is one agent counter.
type Office struct {
	ID       string `json:"id" example:"VNPHKI"`
	Name     string `json:"name"`
	Network  string `json:"network" example:"vnpost"`
	Address  string `json:"address"`
	Area     string `json:"area" doc:"Code of the area, as the statistics office has it." example:"002"`
	AreaName string `json:"area_name,omitempty"`
	Sample   bool   `json:"sample" doc:"Stands in for facts that are not public."`
}

// Authority is a body that decides.
type Authority struct {
	ID     string `json:"id" example:"H26.12.03"`
	Name   string `json:"name"`
	Level  string `json:"level"`
	Sample bool   `json:"sample" doc:"Stands in for facts that are not public."`
}

type officesInput struct {
	Network string `query:"network" maxLength:"40"`
	Area    string `query:"area" maxLength:"10"`
}

type authoritiesInput struct {
	Procedure string `query:"procedure" maxLength:"40" doc:"Only those that decide this procedure."`
	Area      string `query:"area" maxLength:"10" doc:"With procedure: those competent for the area, nearest level first."`
}

type (
	officesOutput     struct{ Body List[Office] }
	authoritiesOutput struct{ Body List[Authority] }
)

func (s *Server) registerOffices() {
	register(s, Op{
		ID: "list-offices", Method: http.MethodGet, Path: "/v1/offices", Tag: "catalogue", Summary: "Agent offices open today",
	}, anyRole, s.listOffices)
	register(s, Op{
		ID: "list-authorities", Method: http.MethodGet, Path: "/v1/authorities", Tag: "catalogue", Summary: "Authorities of today",
	}, anyRole, s.listAuthorities)
}

func (s *Server) listOffices(ctx context.Context, in *officesInput) (*officesOutput, error) {
	c, today, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	var found []Office
	for _, o := range c.Offices {
		if !o.Validity.On(today) || in.Network != "" && o.Network != in.Network || in.Area != "" && o.Area != in.Area {
			continue
		}
		// An office's area may have ended since; its name is that of the opening.
		area, ok := c.Area(o.Area, today)
		if !ok {
			area, _ = c.Area(o.Area, o.Validity.From)
		}
		found = append(found, Office{ID: o.ID, Name: o.Name, Network: o.Network, Address: o.Address, Area: o.Area, AreaName: area.Name, Sample: o.Sample})
	}
	return &officesOutput{NewList(found, "")}, nil
}

func (s *Server) listAuthorities(ctx context.Context, in *authoritiesInput) (*authoritiesOutput, error) {
	c, today, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	authorities := c.Authorities
	if in.Procedure != "" {
		p, ok := c.Procedure(in.Procedure, today)
		switch {
		case !ok:
			authorities = nil
		case in.Area != "":
			authorities = c.Competent(p, in.Area, today)
		default:
			authorities = deciding(c, p)
		}
	}
	var found []Authority
	for _, a := range authorities {
		if a.Validity.On(today) {
			found = append(found, Authority{ID: a.ID, Name: a.Name, Level: a.Level, Sample: a.Sample})
		}
	}
	return &authoritiesOutput{NewList(found, "")}, nil
}

// deciding lists those whose level and field a procedure belongs to, wherever
// they are.
func deciding(c *catalogue.Catalogue, p catalogue.Procedure) []catalogue.Authority {
	var found []catalogue.Authority
	for _, a := range c.Authorities {
		if decides(a, p) {
			found = append(found, a)
		}
	}
	return found
}

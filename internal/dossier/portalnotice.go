package dossier

import (
	_ "embed"
	"encoding/json"
	"time"
)

// The kinds of times at which the portal takes nothing.
const (
	PortalOutage      = "outage"      // it happens
	PortalMaintenance = "maintenance" // it is planned
)

// NoticePolicy says how long before a planned downtime must be announced.
type NoticePolicy struct {
	Version string `json:"version"`
	Source  string `json:"source"`
	From    string `json:"from"` // the first day on which it is law
	Notice  Limit  `json:"notice"`
}

//go:embed portalnotice.json
var portalNoticeJSON []byte

// PortalNotice is the policy in force.
var PortalNotice = mustPortalNotice(portalNoticeJSON)

func mustPortalNotice(raw []byte) NoticePolicy {
	var p NoticePolicy
	if err := json.Unmarshal(raw, &p); err != nil {
		panic("dossier: portalnotice.json: " + err.Error())
	}
	if _, err := time.Parse(time.DateOnly, p.From); err != nil || p.Notice.N <= 0 || p.Notice.Unit != "working_day" {
		panic("dossier: portalnotice.json: from must be a day, notice a number of working days")
	}
	return p
}

package notice

import (
	"time"

	"hoso/internal/dossier"
)

// Facts are what a dossier was when the change happened. They are kept with the
// notification and hold codes, times and numbers only.
type Facts struct {
	At         time.Time              `json:"at"` // when the change was recorded
	FiledAt    time.Time              `json:"filed_at"`
	ReceivedAt *time.Time             `json:"received_at,omitempty"` // valid reception by the authority
	DueAt      *time.Time             `json:"due_at,omitempty"`
	ClosedAt   *time.Time             `json:"closed_at,omitempty"`
	Until      *time.Time             `json:"until,omitempty"` // limit of what is waited for
	PortalCode string                 `json:"portal_code,omitempty"`
	Asked      []string               `json:"asked,omitempty"` // components
	Fee        int64                  `json:"fee,omitempty"`   // still owed, whole đồng
	Method     dossier.DeliveryMethod `json:"method,omitempty"`
	Shipment   string                 `json:"shipment,omitempty"` // our id of the parcel home
}

// Names are the words for what Facts and the dossier's row name by code. They
// are read when the message is written.
type Names struct {
	Code      string
	Office    string   // where it was filed
	Address   string   // of the office
	Handler   string   // the unit that decides
	Procedure string   //
	Asked     []string // in the order of Facts.Asked; "" for one without a name
	Carrier   string
	Parcel    string // the carrier's tracking number
	Link      string // where the dossier can be followed; "" when there is no public address
}

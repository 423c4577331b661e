package reconcile

// The kinds of drift, as metrics and audit entries name them.
const (
	// Workflow and register.
	WorkflowMissing  = "workflow_missing"  // the dossier is open, and no workflow runs
	WorkflowLeft     = "workflow_left"     // the dossier is closed, and its workflow runs
	WorkflowPosition = "workflow_position" // it stands elsewhere than in the register
	WorkflowStuck    = "workflow_stuck"    // its workers do not get through a task
	BagMissing       = "bag_missing"       // the bag is under way, and no workflow runs
	InboxLeft        = "inbox_left"        // a report lies in the inbox and the workflow has not heard of it

	// The portal.
	PortalAhead   = "portal_ahead"    // it has reported what never came in
	PortalStatus  = "portal_status"   // all came in, and it says another status
	PortalCode    = "portal_code"     // it knows the dossier by another number
	PortalActGone = "portal_act_gone" // it does not know of an act that it had confirmed
	PortalUnfit   = "portal_unfit"    // it says what no door takes in

	// The carriers.
	CarrierAhead   = "carrier_ahead"
	CarrierActGone = "carrier_act_gone"
	CarrierUnfit   = "carrier_unfit"
)

// Kinds lists all of them.
func Kinds() []string {
	return []string{WorkflowMissing, WorkflowLeft, WorkflowPosition, WorkflowStuck, BagMissing, InboxLeft,
		PortalAhead, PortalStatus, PortalCode, PortalActGone, PortalUnfit, CarrierAhead, CarrierActGone, CarrierUnfit}
}

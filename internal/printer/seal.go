package printer

import (
	"hoso/internal/forms"
	"hoso/internal/receipt"
)

// seal signs a slip or receipt; other forms stay as they are.
func (p *Printer) seal(f *facts, form forms.Form) error {
	official, err := forms.InForce(form.Kind(), LawDay(f.Form))
	if err != nil {
		return err
	}
	s := receipt.Statement{
		Code: f.DossierCode, Documents: f.digests(), FiledAt: f.dossier.FiledAt, Form: official.No, Office: f.dossier.Office,
		Procedure: f.dossier.ProcedureCode, ProcedureVersion: f.Data.ProcedureVersion,
	}
	switch form := form.(type) {
	case *forms.Slip:
		s.Kind = receipt.Slip
		form.Seal, err = p.sign(s)
	case *forms.Receipt:
		s.Kind, s.PortalCode, s.ReceivedAt, s.DueAt = receipt.Receipt, f.Data.PortalCode, f.Data.ReceivedAt, f.Data.DueAt
		form.Seal, err = p.sign(s)
	}
	return err
}

func (p *Printer) sign(s receipt.Statement) (*forms.Seal, error) {
	signed, err := receipt.Sign(p.key, s)
	if err != nil {
		return nil, err
	}
	return signed.Seal()
}

func sealOf(form forms.Form) *forms.Seal {
	switch form := form.(type) {
	case *forms.Slip:
		return form.Seal
	case *forms.Receipt:
		return form.Seal
	default:
		return nil
	}
}

package receipt

import "hoso/internal/forms"

// Seal is what a form prints and encloses of the signed statement.
func (s *Signed) Seal() (*forms.Seal, error) {
	raw, err := s.File()
	if err != nil {
		return nil, err
	}
	mark, err := s.Mark()
	if err != nil {
		return nil, err
	}
	return &forms.Seal{Statement: string(raw), Mark: mark, KeyID: s.KeyID}, nil
}

package forms

// SealName is the name under which a form carries its signed statement.
const SealName = "hoso-receipt.json"

// Seal is a signed statement that travels inside a slip or receipt, so that
// anybody can check the document without network. This room prints and encloses
// it; internal/receipt makes and verifies it.
type Seal struct {
	// Statement is the signed statement, byte for byte as it was signed.
	Statement string `json:"statement"`
	// Mark is the statement's digest as people compare it, KeyID the key's name;
	// both are printed on every page.
	Mark  string `json:"mark"`
	KeyID string `json:"key_id"`
}

func (l *Seal) check(c *checker) {
	if l == nil {
		return
	}
	c.must("seal.mark", l.Mark)
	c.must("seal.key_id", l.KeyID)
	c.atMost("seal.mark", l.Mark, 40)
	c.atMost("seal.key_id", l.KeyID, 40)
	if l.Statement == "" || len(l.Statement) > 1<<20 {
		c.fault("seal.statement", "must be between 1 byte and 1 MiB")
	}
}

func (l *Seal) words() string { return SealWords(l.Mark, l.KeyID) }

// SealWords is the line on every page of a sealed form, for who compares the two.
func SealWords(mark, keyID string) string {
	return "Phiếu có chữ ký số. Mã kiểm tra: " + tidy(mark) + "  Khóa: " + tidy(keyID)
}

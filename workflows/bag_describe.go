package workflows

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/temporal"

	"hoso/internal/custody"
	"hoso/internal/register"
)

// BagOptions are what a manager reads of a bag from its first moment.
func BagOptions(s register.BagSnapshot) (string, temporal.SearchAttributes) {
	return "Túi giấy tờ · " + s.Bag.From.ID + " → " + s.Bag.To.ID,
		temporal.NewSearchAttributes(AttrOffice.ValueSet(s.Bag.From.ID), AttrNetwork.ValueSet(s.Network), AttrAuthority.ValueSet(s.Bag.To.ID))
}

// details is what a manager reads on the page of a bag's workflow.
func (b *bag) details() string {
	var out strings.Builder
	fmt.Fprintf(&out, "### Túi giấy tờ %s\n\n", b.number)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&out, "- **%s:** %s\n", name, value)
		}
	}
	row("Đang giữ", holderWords(b.Bag.Holder))
	row("Đang giao cho", holderWords(b.Bag.Offered))
	if !b.Bag.Opened {
		row("Đang chờ", b.Waiting.Who.Label()+" – "+b.Waiting.What.Label())
		row("Hạn của bước này", localTime(b.Waiting.Until))
	} else {
		row("Đã mở túi", "có")
	}
	if b.Late {
		row("Chậm", "có")
	}
	row("Việc cần người xử lý", troubleLabel(b.Bag.Trouble))
	return out.String()
}

func troubleLabel(trouble string) string {
	return map[string]string{custody.PaperMissing: "Kiểm đếm thiếu giấy tờ", custody.PaperExtra: "Kiểm đếm thừa giấy tờ", custody.SealBroken: "Niêm phong bị rách"}[trouble]
}

func describeBagCommand(name string) string {
	return map[string]string{BagHandover: "Bàn giao túi", BagOpen: "Mở túi tại điểm đại lý", BagRetry: "Cho túi đi tiếp sau khi đã xem xét", BagLost: "Ghi nhận túi bị mất"}[name]
}

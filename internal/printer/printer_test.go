package printer_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"hoso/internal/catalogue"
	"hoso/internal/dossier"
	"hoso/internal/receipt"
	"hoso/internal/register"
	"hoso/internal/sqlitetest"
	"hoso/internal/store"
)

// accepted is the authority's acceptance with its appointment.
func accepted(at, due time.Time) func(*register.Transition) {
	return func(tr *register.Transition) {
		tr.After.ReceivedAt, tr.After.DueAt, tr.After.PortalCode = &at, &due, "H26.12.03-250205-0001"
	}
}

// The life of one dossier on paper: filed for somebody else, accepted, asked for
// more twice, put off, resolved, delivered.
func TestADossiersPapers(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *house) {
		code := h.file(h.filing())
		due, moved := time.Date(2025, 2, 6, 17, 0, 0, 0, dossier.Zone), time.Date(2025, 2, 10, 17, 0, 0, 0, dossier.Zone)
		h.wait(time.Hour)
		h.bring(code, "submitted", nil)
		h.told(code, dossier.Accepted, "", accepted(h.clock(), due))
		h.wait(time.Hour)
		until := h.clock().Add(48 * time.Hour)
		h.told(code, dossier.SupplementRequired, "Tờ khai thiếu chữ ký", func(tr *register.Transition) {
			tr.After.Asked, tr.After.Waiting.Until = []string{"to-khai"}, &until
		})
		h.bring(code, "supplement_handed_on", nil)
		h.told(code, dossier.Processing, "", func(tr *register.Transition) { tr.After.Asked = nil })
		h.told(code, dossier.SupplementRequired, "", func(tr *register.Transition) { tr.After.Asked = []string{"in_words"} })
		h.told(code, dossier.Processing, "", nil)
		h.bring(code, "apology_drafted", nil)
		h.bring(code, "extend", func(tr *register.Transition) {
			tr.After.DueAt, tr.TextID = &moved, h.text(code, "Chờ xác minh tại cơ sở")
		})
		h.wait(24 * time.Hour)
		h.told(code, dossier.Resolved, "", nil)
		h.wait(24 * time.Hour)
		h.bring(code, "delivered", func(tr *register.Transition) {
			tr.After.Status, tr.After.Stage = dossier.Returned, dossier.StageClosed
		})

		f := h.printed(code)
		require.Len(t, f, 7)
		says := func(form string, words ...string) {
			t.Helper()
			text := h.words(f[form])
			for _, w := range words {
				require.Contains(t, text, w, form)
			}
		}
		says("00/1", "PHIẾU GỬI HỒ SƠ", "BƯU ĐIỆN 75 ĐINH TIÊN", "Hà Nội, ngày 05 tháng 02 năm 2025", code, "Người gửi hồ sơ: Trần Thị Bưởi",
			"Chủ hồ sơ: Nguyễn Văn An", "********0001", "09 giờ 30 phút, ngày 05 tháng 02 năm 2025", "Nộp trực tuyến và chuyển bản giấy", "Nhân viên clerk-lan", "Ủy ban nhân dân phường Hàng Trống")
		require.NotContains(t, h.words(f["00/1"]), "Thời gian trả kết quả")
		require.NotContains(t, h.words(f["00/1"]), "001090000001")
		says("01/1", "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", "H26.12.03-250205-0001", "10 giờ 30 phút, ngày 05 tháng 02 năm 2025", "17 giờ 00 phút, ngày 06 tháng 02 năm 2025",
			"02 bộ", "Bộ phận Một cửa", "Trần Thị Bưởi")
		says("02/1", "PHIẾU YÊU CẦU BỔ SUNG", "Tờ khai thiếu chữ ký", "Nguyễn Văn An", "11 giờ 30 phút, ngày 07 tháng 02 năm 2025")
		require.NotContains(t, h.words(f["02/1"]), "Lần thứ")
		says("02/2", "(Lần thứ 2)", "Căn cứ: Yêu cầu của cơ quan giải quyết", "Nội dung nêu tại phần lý do")
		says("04-draft/1", "17 giờ 00 phút, ngày 06 tháng 02 năm 2025", "..... giờ ..... phút")
		says("04/1", "Số: 04-1/H26.12.03-250205-0001", "Chờ xác minh tại cơ sở", "17 giờ 00 phút, ngày 06 tháng 02 năm 2025", "17 giờ 00 phút, ngày 10 tháng 02 năm 2025")
		says("06/1", "PHIẾU KIỂM SOÁT", "Nộp qua Cổng", "Đã xử lý xong", "Trước hạn", "Đã phát kết quả", "07/02/2025")
		for _, form := range []string{"02/1", "04/1", "06/1"} {
			require.Empty(t, f[form].Mark)
		}
		require.Empty(t, h.log.String(), "all went well")
	})
}

func TestOtherEnds(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *house) {
		refused := h.file(h.filing())
		h.told(refused, dossier.Refused, "Hồ sơ không thuộc thẩm quyền", nil)
		text := h.words(h.printed(refused)["03/1"])
		for _, w := range []string{"PHIẾU TỪ CHỐI", "Hồ sơ không thuộc thẩm quyền", "Trần Thị Bưởi", "được trả lại cho người nộp"} {
			require.Contains(t, text, w)
		}

		stopped := h.file(h.filing())
		h.told(stopped, dossier.Accepted, "", accepted(h.clock(), h.clock().Add(24*time.Hour)))
		h.told(stopped, dossier.Stopped, "", nil)
		text = h.words(h.printed(stopped)["05/1"])
		require.Contains(t, text, "chưa ghi lý do bằng lời")
		require.Contains(t, text, "Ủy ban nhân dân phường Hàng Trống thông báo dừng")

		withdrawn := h.file(h.filing())
		h.bring(withdrawn, "withdrawn", func(tr *register.Transition) { tr.After.Status = dossier.Withdrawn })
		text = h.words(h.printed(withdrawn)["05/1"])
		require.Contains(t, text, "Người nộp hồ sơ đề nghị rút hồ sơ.")
		require.Contains(t, text, "Bưu điện 75 Đinh Tiên Hoàng thông báo dừng", "nobody else had it yet")
	})
}

func TestSlipAndReceiptCanBeVerified(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *house) {
		code := h.file(h.filing())
		due := h.clock().Add(24 * time.Hour)
		h.told(code, dossier.Accepted, "", accepted(h.clock(), due))
		f := h.printed(code)
		slip, err := receipt.VerifyPDF(h.key.Public(), h.bytes(f["00/1"]))
		require.NoError(t, err)
		require.Equal(t, []any{receipt.Slip, code, "00", "VNPHKI", 1}, []any{slip.Kind, slip.Code, slip.Form, slip.Office, len(slip.Documents)})
		got, err := receipt.VerifyPDF(h.key.Public(), h.bytes(f["01/1"]))
		require.NoError(t, err)
		require.Equal(t, []any{receipt.Receipt, "H26.12.03-250205-0001"}, []any{got.Kind, got.PortalCode})
		require.True(t, got.DueAt.Equal(due))
		mark, err := got.Mark()
		require.NoError(t, err)
		require.Equal(t, []string{mark, h.key.ID()}, []string{f["01/1"].Mark, f["01/1"].KeyID})

		for _, form := range []string{"00/1", "01/1"} {
			_, err = receipt.VerifyPDF(h.key.Public(), edited(t, h.bytes(f[form]), "tháng 02 năm 2025", "tháng 03 năm 2025"))
			require.ErrorIs(t, err, receipt.ErrInvalid, form)
		}
		other, err := receipt.EnsureKey(t.TempDir())
		require.NoError(t, err)
		_, err = receipt.VerifyPDF(other.Public(), h.bytes(f["01/1"]))
		require.ErrorIs(t, err, receipt.ErrInvalid)
	})
}

// Two processes that render the same form at once keep the same bytes, and what
// was kept is what is given for ever after, whatever the register says by then.
func TestRenderedOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *house) {
		code := h.file(h.filing())
		rows, err := h.Forms(t.Context(), code)
		require.NoError(t, err)
		got, errs := make([]store.Form, 6), make([]error, 6)
		var all sync.WaitGroup
		for i := range got {
			all.Go(func() { got[i], errs[i] = h.another().Print(t.Context(), rows[0]) })
		}
		all.Wait()
		for i, f := range got {
			require.NoError(t, errs[i])
			require.Equal(t, got[0], f)
		}
		before := h.bytes(got[0])

		h.wait(time.Hour)
		pool, err := h.Pool()
		require.NoError(t, err)
		_, err = pool.Exec("UPDATE people SET full_name = 'Somebody Else'")
		require.NoError(t, err)
		again, err := h.print.Print(t.Context(), rows[0]) // as it was read before it was rendered
		require.NoError(t, err)
		require.Equal(t, got[0], again)
		require.Equal(t, before, h.bytes(again))
	})
}

// The loop renders what nobody has asked for, and gives up what cannot be.
func TestTheLoopRendersWhatWaits(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		good := h.file(h.filing())
		bad := h.filing()
		bad.Applicant.FullName = strings.Repeat("Ẩn danh ", 100) // longer than a form takes
		code := h.file(bad)
		n, err := h.print.Step(ctx)
		require.NoError(t, err)
		require.Zero(t, n, "left to the clerk for a moment")
		h.wait(3 * time.Second)
		n, err = h.print.Step(ctx)
		require.NoError(t, err)
		require.Equal(t, 2, n)
		require.Equal(t, "ready", h.only(good).State)
		require.Equal(t, []string{"pending", "field:owner.name"}, []string{h.only(code).State, h.only(code).Cause})
		for range 10 {
			h.wait(2 * time.Hour)
			_, err = h.print.Step(ctx)
			require.NoError(t, err)
		}
		last := h.only(code)
		require.Equal(t, []any{"failed", 6}, []any{last.State, last.Attempts})
		require.Equal(t, 6, strings.Count(h.log.String(), "field:owner.name"))
		require.NotContains(t, h.log.String(), "Ẩn")

		pool, err := h.Pool()
		require.NoError(t, err)
		_, err = pool.Exec("UPDATE people SET full_name = 'Nguyễn Văn An' WHERE dossier_code = '" + code + "'")
		require.NoError(t, err)
		mended, err := h.print.Print(ctx, last)
		require.NoError(t, err)
		require.Equal(t, []string{"ready", ""}, []string{mended.State, mended.Cause})
	})
}

func (h *house) only(code string) store.Form {
	h.t.Helper()
	rows, err := h.Forms(h.t.Context(), code)
	require.NoError(h.t, err)
	require.Len(h.t, rows, 1)
	return rows[0]
}

// Every procedure of the catalogue can be given a slip and a receipt: no version
// is unfit to be signed, and the longest names find room on the paper.
func TestEveryProcedureHasItsSlip(t *testing.T) {
	t.Parallel()
	cat, err := loaded()
	require.NoError(t, err)
	h := newHouse(t, sqlitetest.URL(t))
	for _, p := range cat.Procedures {
		_, err := receipt.Sign(h.key, receipt.Statement{Kind: receipt.Slip, Code: "VNPHKI-250205-0001-M", FiledAt: start, Form: "00", Office: "VNPHKI",
			Procedure: p.Code, ProcedureVersion: p.Version})
		require.NoError(t, err, p.Code)
	}
	longest := slices.SortedFunc(slices.Values(cat.Procedures), func(a, b catalogue.Procedure) int { return len(b.Name) - len(a.Name) })
	for _, p := range longest[:2] {
		f := h.filing()
		f.Procedure, f.ProcedureVersion, f.ProcedureFrom, f.Case = p.Code, p.Version, p.Validity.From, p.Cases[0].Code
		f.Components = nil
		for _, c := range p.Cases[0].Components {
			f.Components = append(f.Components, dossier.Given{Code: c.Code, Form: dossier.FormPaperOriginal})
		}
		code := h.file(f)
		h.told(code, dossier.Accepted, "", func(tr *register.Transition) {
			accepted(h.clock(), h.clock().Add(24*time.Hour))(tr)
			tr.After.PortalCode += code[len(code)-6 : len(code)-2]
		})
		require.Len(t, h.printed(code), 2, p.Code)
	}
}

// edited is a PDF in which a text of its pages was replaced, as with an editor.
func edited(t *testing.T, pdf []byte, from, to string) []byte {
	t.Helper()
	for start := 0; ; {
		at := bytes.Index(pdf[start:], []byte("\nstream\n"))
		require.GreaterOrEqual(t, at, 0, "no page prints it")
		start += at + len("\nstream\n")
		end := start + bytes.Index(pdf[start:], []byte("\nendstream"))
		content := unpacked(pdf[start:end])
		if !bytes.Contains(content, wide(from)) {
			continue
		}
		var packed bytes.Buffer
		w := zlib.NewWriter(&packed)
		_, err := w.Write(bytes.ReplaceAll(content, wide(from), wide(to)))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		return []byte(string(pdf[:start]) + packed.String() + string(pdf[end:]))
	}
}

func unpacked(stream []byte) []byte {
	r, err := zlib.NewReader(bytes.NewReader(stream))
	if err != nil {
		return nil
	}
	content, _ := io.ReadAll(r)
	return content
}

// wide is a text as forms write it.
func wide(text string) (out []byte) {
	for _, u := range utf16.Encode([]rune(text)) {
		out = binary.BigEndian.AppendUint16(out, u)
	}
	return out
}

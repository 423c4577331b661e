package bench

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"

	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/store"
)

// bareFiling is the request as the bare handler reads it: no rule is checked.
type bareFiling struct {
	Procedure string `json:"procedure_code"`
	Case      string `json:"case"`
	Authority string `json:"authority"`
	Quantity  int    `json:"quantity"`
	Applicant struct {
		FullName    string `json:"full_name"`
		CitizenID   string `json:"citizen_id"`
		DateOfBirth string `json:"date_of_birth"`
		Phone       string `json:"phone"`
		Address     string `json:"address"`
	} `json:"applicant"`
	Components []struct {
		Code     string `json:"code"`
		Document string `json:"document_id"`
	} `json:"components"`
}

// BareServer is what somebody would write in an afternoon: gin, gorm, one
// transaction with the very rows that hoso writes, and nothing else: no token,
// no checklist, no rule, no problem details.
func BareServer(b testing.TB, url string) string {
	b.Helper()
	gin.SetMode(gin.ReleaseMode)
	db, err := gorm.Open(postgres.Open(url), &gorm.Config{SkipDefaultTransaction: true, Logger: logger.Discard})
	require.NoError(b, err)
	pool, err := db.DB()
	require.NoError(b, err)
	pool.SetMaxOpenConns(40)
	pool.SetMaxIdleConns(40)
	b.Cleanup(func() { _ = pool.Close() })
	r := gin.New()
	r.POST("/v1/dossiers", func(c *gin.Context) {
		var in bareFiling
		if err := c.ShouldBindJSON(&in); err != nil {
			c.AbortWithStatus(http.StatusBadRequest)
			return
		}
		d, err := bareFile(db, in, c.GetHeader("X-Office"), c.GetHeader("Idempotency-Key"))
		if err != nil {
			c.AbortWithStatusJSON(http.StatusInternalServerError, gin.H{"error": err.Error()})
			return
		}
		c.JSON(http.StatusCreated, gin.H{"code": d.Code, "status": d.Status, "stage": d.Stage, "filed_at": d.FiledAt})
	})
	s := httptest.NewServer(r)
	b.Cleanup(s.Close)
	return s.URL
}

func bareFile(db *gorm.DB, in bareFiling, office, key string) (store.Dossier, error) {
	now := time.Now().UTC().Truncate(time.Microsecond)
	var d store.Dossier
	err := db.Transaction(func(tx *gorm.DB) error {
		clerk := "clerk-" + office
		var n int
		if err := tx.Raw(`INSERT INTO counters (scope, day, n) VALUES (?, ?, 1) ON CONFLICT (scope, day) DO UPDATE SET n = counters.n + 1 RETURNING n`,
			"office:"+office, dossier.LocalDay(now)).Scan(&n).Error; err != nil {
			return err
		}
		code, err := dossier.Code(office, now, n)
		if err != nil {
			return err
		}
		d = store.Dossier{Code: code, Office: office, Network: "vnpost", Authority: in.Authority, ProcedureCode: in.Procedure, ProcedureVersion: "163/QĐ-BTP",
			ProcedureFrom: "2025-01-01", CaseCode: in.Case, Quantity: in.Quantity, Clerk: clerk, MandateKind: "self", DeliveryMethod: "courier",
			DeliveryCarrier: "vnpost", DeliveryState: "none", FiledAt: now, Stage: "intake", Status: 1, WaitingWho: "nobody", WaitingWhat: "work",
			Asked: []string{}, AskedParts: []register.Part{}, RulesVersion: "1", TrackToken: bareID(), SearchName: in.Applicant.FullName, Revision: 1, AuditHead: sum(code)}
		if err := tx.Create(&d).Error; err != nil {
			return err
		}
		if err := tx.Create(&store.AuditEntry{DossierCode: code, Seq: 1, At: now, Kind: "filed", Actor: clerk, Role: "clerk", Data: "{}", Hash: d.AuditHead}).Error; err != nil {
			return err
		}
		p := in.Applicant
		people := []store.Person{
			{DossierCode: code, Part: "applicant", Kind: "citizen", FullName: p.FullName, CitizenID: p.CitizenID, DateOfBirth: p.DateOfBirth, Phone: p.Phone, Address: p.Address},
			{DossierCode: code, Part: "recipient", FullName: p.FullName, Phone: p.Phone, Address: p.Address},
		}
		if err := tx.Create(&people).Error; err != nil {
			return err
		}
		for _, c := range in.Components {
			if err := tx.Create(&store.Component{ID: bareID(), DossierCode: code, Component: c.Code, Form: "scan", DocumentID: c.Document, OperationID: "filing", State: "current", CreatedAt: now}).Error; err != nil {
				return err
			}
			if err := tx.Model(&store.Document{}).Where("id = ?", c.Document).Update("dossier_code", code).Error; err != nil {
				return err
			}
		}
		if err := tx.Create(&store.Notification{ID: bareID(), DossierCode: code, Seq: 1, Event: "registered", Channel: "sms", Version: "1", Lang: "vi", State: "pending", NextAt: now, CreatedAt: now}).Error; err != nil {
			return err
		}
		if err := tx.Create(&store.Form{ID: bareID(), DossierCode: code, Kind: "00", N: 1, Seq: 1, State: "pending", LawDay: dossier.LocalDay(now), CreatedAt: now, NextAt: now}).Error; err != nil {
			return err
		}
		if err := tx.Create(&store.Outbox{ID: bareID(), Kind: "start", DossierCode: code, State: "pending", NextAt: now, CreatedAt: now}).Error; err != nil {
			return err
		}
		body, err := json.Marshal(map[string]any{"code": d.Code, "stage": d.Stage, "filed_at": d.FiledAt})
		if err != nil {
			return err
		}
		return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&store.Operation{ID: bareID(), Subject: clerk, IdempotencyKey: key, Digest: sum(key),
			Kind: "file", Role: "clerk", State: "applied", ResponseStatus: 201, ResponseBody: string(body), DossierCode: code, CreatedAt: now, FinishedAt: &now}).Error
	})
	if err != nil {
		return d, fmt.Errorf("bare filing: %w", err)
	}
	return d, nil
}

func bareID() string { return uuid.Must(uuid.NewV7()).String() }

func sum(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

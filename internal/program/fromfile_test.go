package program

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
)

func secretFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

func TestSecretsAreReadFromFiles(t *testing.T) {
	t.Parallel()
	c := load(t, "HOSO_DATABASE_URL_FILE="+secretFile(t, "postgres://hoso:sesame@db/hoso\n"), "HOSO_PORTAL_TOKEN_FILE="+secretFile(t, "open\r\n"),
		"HOSO_COURIER_TOKEN_FILE="+secretFile(t, " kept as it is "), "HOSO_SMTP_URL_FILE="+secretFile(t, "smtp://u:p@mail.example"), "HOSO_SMTP_FROM=hoso@mail.example",
		"HOSO_SMS_TOKEN_FILE="+secretFile(t, "t"))
	require.NoError(t, c.Check())
	require.Equal(t, "postgres://hoso:sesame@db/hoso", c.DatabaseURL)
	require.Equal(t, []Secret{"open", " kept as it is ", "smtp://u:p@mail.example", "t"}, []Secret{c.PortalToken, c.CourierToken, c.SMTPURL, c.SMSToken})
	require.NotEmpty(t, load(t, "HOSO_PORTAL_TOKEN=x", "HOSO_PORTAL_TOKEN_FILE=").PortalToken, "an empty name is none")
}

func TestEverySecretMayLieInAFile(t *testing.T) {
	t.Parallel()
	for field := range reflect.TypeFor[Config]().Fields() {
		if field.Type == reflect.TypeFor[Secret]() {
			require.Contains(t, secretVariables, field.Tag.Get("env"), field.Name)
		}
	}
}

func TestSecretFilesThatCannotBeMeantAreRefused(t *testing.T) {
	t.Parallel()
	const sesame = "sesame-27182818"
	missing := filepath.Join(t.TempDir(), "missing")
	for name, c := range map[string]struct {
		environ []string
		want    string
	}{
		"both":      {[]string{"HOSO_PORTAL_TOKEN=" + sesame, "HOSO_PORTAL_TOKEN_FILE=" + secretFile(t, sesame)}, "HOSO_PORTAL_TOKEN and HOSO_PORTAL_TOKEN_FILE are both set: keep one of them"},
		"missing":   {[]string{"HOSO_PORTAL_TOKEN_FILE=" + missing}, "HOSO_PORTAL_TOKEN_FILE: there is no file " + missing},
		"empty":     {[]string{"HOSO_SMS_TOKEN_FILE=" + secretFile(t, "\n")}, "is empty"},
		"lines":     {[]string{"HOSO_SMS_TOKEN_FILE=" + secretFile(t, sesame+"\n"+sesame)}, "must hold one line"},
		"folder":    {[]string{"HOSO_DATABASE_URL_FILE=" + t.TempDir()}, "is not a file"},
		"large":     {[]string{"HOSO_DATABASE_URL_FILE=" + secretFile(t, string(make([]byte, largestSecret+1)))}, "too large"},
		"not heard": {[]string{"HOSO_PORTAL_URL_FILE=" + secretFile(t, sesame)}, "HOSO_PORTAL_URL_FILE is not read: only HOSO_DATABASE_URL, "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(c.environ)
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), sesame)
			require.NotContains(t, err.Error(), "\n")
		})
	}
}

package main

import (
	"os"
	"strings"

	"go.temporal.io/server/common/log"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// logLevels are the levels --log-level knows. Above FatalLevel nothing is said.
var logLevels = map[string]zapcore.Level{
	"debug": zap.DebugLevel,
	"info":  zap.InfoLevel,
	"warn":  zap.WarnLevel,
	"error": zap.ErrorLevel,
	"never": zap.FatalLevel + 1,
}

// newLogger writes to standard error; standard output is for the ready line.
// The level can be changed while it runs.
func newLogger(o options) (log.Logger, zap.AtomicLevel) {
	encoding := zap.NewProductionEncoderConfig()
	encoding.EncodeTime = zapcore.RFC3339TimeEncoder
	encoder := zapcore.NewConsoleEncoder(encoding)
	if o.logFormat == "json" {
		encoder = zapcore.NewJSONEncoder(encoding)
	}
	level := zap.NewAtomicLevelAt(logLevels[o.logLevel])
	core := quiet{zapcore.NewCore(encoder, zapcore.Lock(os.Stderr), level)}
	return log.NewZapLogger(zap.New(core)), level
}

// quiet drops the one warning that every start without --http-port would give:
// Nexus, which it is about, is not used here.
type quiet struct{ zapcore.Core }

func (q quiet) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if strings.HasPrefix(entry.Message, "HTTP API port has not been set") {
		return checked
	}
	return q.Core.Check(entry, checked)
}

func (q quiet) With(fields []zapcore.Field) zapcore.Core { return quiet{q.Core.With(fields)} }

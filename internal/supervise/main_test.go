package supervise

import (
	"fmt"
	"os"
	"os/signal"
	"testing"
)

// asChild makes the test program play a child: "die" at once, or
// "serve" until it is interrupted. What it does it notes in its first file.
const asChild = "HOSO_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(asChild) {
	case "":
		os.Exit(m.Run())
	case "die":
		fmt.Println("died")
		os.Exit(3)
	case "engine":
		engine()
	case "serve":
		told := make(chan os.Signal, 1)
		signal.Notify(told, os.Interrupt)
		fmt.Println("serving", os.Getpid())
		<-told
		fmt.Println("stopped")
	}
}

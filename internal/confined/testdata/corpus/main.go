// Program corpus writes the hostile files into a folder, by number, with a list
// of what they are. Tests build it without the race detector, under which packing
// hundreds of megabytes takes minutes.
package main

import (
	"encoding/json"
	"log"
	"os"
	"path/filepath"
	"strconv"

	"hoso/internal/scan/hostile"
)

func main() {
	files, err := hostile.Files()
	if err != nil {
		log.Fatal(err)
	}
	for i, f := range files {
		if err := os.WriteFile(filepath.Join(os.Args[1], strconv.Itoa(i)), f.Data, 0o600); err != nil {
			log.Fatal(err)
		}
		files[i].Data = nil
	}
	list, err := json.Marshal(files)
	if err == nil {
		err = os.WriteFile(filepath.Join(os.Args[1], "list.json"), list, 0o600)
	}
	if err != nil {
		log.Fatal(err)
	}
}

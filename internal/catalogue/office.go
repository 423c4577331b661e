package catalogue

// Network is a company whose counters are public-service agents.
type Network struct {
	ID   string `yaml:"id" json:"id"`
	Name string `yaml:"name" json:"name"`
}

// Carrier is a company that brings papers and results.
type Carrier struct {
	ID       string   `yaml:"id" json:"id"`
	Name     string   `yaml:"name" json:"name"`
	Networks []string `yaml:"networks,omitempty" json:"networks,omitempty"` // whose offices it serves; empty: all
}

// Office is one agent counter.
type Office struct {
	ID      string `yaml:"id" json:"id"` // A-Z and 0-9, 4 to 10 characters: it begins every code given there
	Network string `yaml:"network" json:"network"`
	Name    string `yaml:"name" json:"name"`
	Address string `yaml:"address" json:"address"`
	// Area is the area of the reports. It must have been valid when the office
	// opened and may end before the office does.
	Area     string   `yaml:"area" json:"area"`
	Sample   bool     `yaml:"sample,omitempty" json:"sample"` // stands in for facts that are not public
	Validity Validity `yaml:"validity" json:"validity"`
	Source   string   `yaml:"source" json:"source"`
}

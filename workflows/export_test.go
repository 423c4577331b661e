package workflows

// TaskLabel is a human task in Vietnamese, for the tests.
var TaskLabel = taskLabel

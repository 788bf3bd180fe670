package main

import "flag"

// update makes tests rewrite the files that they compare with.
var update = flag.Bool("update", false, "rewrite what the tests compare with")

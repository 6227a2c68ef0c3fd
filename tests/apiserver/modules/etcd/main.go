// Command etcd is the plain etcd server.  Upstream's own main lives in a module of replace
// directives, which `go install` refuses; its server library has none.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	etcdmain.Main(os.Args)
}

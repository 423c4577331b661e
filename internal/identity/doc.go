// Package identity answers three questions about a request: who is acting, for
// whom, and may they.
//
// Who: a JSON Web Token, signed by a key that the operator put into the key set
// (Verifier). For whom and in which role: the register (Directory), asked anew
// for each request, so that a disabled user is out at once. What a token claims
// about roles, offices or networks is never read.
//
// The package knows no HTTP and no database: the Directory is given to it.
package identity

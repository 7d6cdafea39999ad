// A client made with golang.org/x/crypto/ssh, for the tests.
//
//	go-ssh-client HOST:PORT USER KEYFILE HOSTKEYFILE exec COMMAND            standard streams as those of ssh
//	go-ssh-client HOST:PORT USER KEYFILE HOSTKEYFILE many COUNT COMMAND      so many at once on one connection; counts what succeeded
//	go-ssh-client HOST:PORT USER KEYFILE HOSTKEYFILE hold COUNT              opens so many sessions and says how it went
//	go-ssh-client HOST:PORT USER KEYFILE HOSTKEYFILE dial HOST:PORT          connects its standard streams through the server
//	go-ssh-client HOST:PORT USER KEYFILE HOSTKEYFILE request NAME            sends a global request, says whether it succeeded
//	go-ssh-client HOST:PORT USER KEYFILE HOSTKEYFILE channel NAME COMMAND    sends a request on a running command's channel
//
// A REKEY_BYTES in the environment makes it exchange keys after so many bytes.
package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		var exit *ssh.ExitError
		if errors.As(err, &exit) {
			if exit.Signal() != "" {
				fmt.Fprintf(os.Stderr, "signal %s: %s\n", exit.Signal(), exit.Msg())
			}
			os.Exit(exit.ExitStatus())
		}
		fmt.Fprintln(os.Stderr, err)
		os.Exit(255)
	}
}

func run(args []string) error {
	if len(args) < 6 {
		return errors.New("usage: go-ssh-client HOST:PORT USER KEYFILE HOSTKEYFILE WHAT ARGUMENT...")
	}
	client, err := connect(args[0], args[1], args[2], args[3])
	if err != nil {
		return err
	}
	defer client.Close()
	switch what, rest := args[4], args[5:]; what {
	case "exec":
		return execute(client, rest[0])
	case "many":
		return many(client, rest[0], rest[1])
	case "hold":
		return hold(client, rest[0])
	case "dial":
		return dial(client, rest[0])
	case "request":
		accepted, _, err := client.SendRequest(rest[0], true, nil)
		fmt.Printf("%t\n", accepted)
		return err
	case "channel":
		return channelRequest(client, rest[0], rest[1])
	default:
		return fmt.Errorf("unknown: %s", what)
	}
}

func connect(address, user, keyFile, hostKeyFile string) (*ssh.Client, error) {
	pem, err := os.ReadFile(keyFile)
	if err != nil {
		return nil, err
	}
	signer, err := ssh.ParsePrivateKey(pem)
	if err != nil {
		return nil, err
	}
	line, err := os.ReadFile(hostKeyFile)
	if err != nil {
		return nil, err
	}
	hostKey, _, _, _, err := ssh.ParseAuthorizedKey(line)
	if err != nil {
		return nil, err
	}
	config := &ssh.ClientConfig{
		User:            user,
		Auth:            []ssh.AuthMethod{ssh.PublicKeys(signer)},
		HostKeyCallback: ssh.FixedHostKey(hostKey),
		Timeout:         15 * time.Second,
	}
	if bytes := os.Getenv("REKEY_BYTES"); bytes != "" {
		threshold, err := strconv.ParseUint(bytes, 10, 64)
		if err != nil {
			return nil, err
		}
		config.RekeyThreshold = threshold
	}
	return ssh.Dial("tcp", address, config)
}

func execute(client *ssh.Client, command string) error {
	session, err := client.NewSession()
	if err != nil {
		return err
	}
	defer session.Close()
	session.Stdin, session.Stdout, session.Stderr = os.Stdin, os.Stdout, os.Stderr
	return session.Run(command)
}

func many(client *ssh.Client, count, command string) error {
	wanted, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	var group sync.WaitGroup
	results := make(chan error, wanted)
	for range wanted {
		group.Go(func() {
			session, err := client.NewSession()
			if err != nil {
				results <- err
				return
			}
			defer session.Close()
			_, err = session.Output(command)
			results <- err
		})
	}
	group.Wait()
	close(results)
	return tell(results)
}

func hold(client *ssh.Client, count string) error {
	wanted, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	results := make(chan error, wanted)
	for range wanted {
		_, err := client.NewSession()
		results <- err
	}
	close(results)
	return tell(results)
}

func tell(results chan error) error {
	succeeded, failures := 0, map[string]int{}
	for err := range results {
		if err == nil {
			succeeded++
		} else {
			failures[err.Error()]++
		}
	}
	fmt.Printf("succeeded %d\n", succeeded)
	for reason, times := range failures {
		fmt.Printf("failed %d: %s\n", times, reason)
	}
	return nil
}

func dial(client *ssh.Client, address string) error {
	connection, err := client.Dial("tcp", address)
	if err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(connection, os.Stdin)
		if half, ok := connection.(interface{ CloseWrite() error }); ok {
			_ = half.CloseWrite()
		}
	}()
	_, err = io.Copy(os.Stdout, connection)
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func channelRequest(client *ssh.Client, name, command string) error {
	session, err := client.NewSession()
	if err != nil {
		return err
	}
	defer session.Close()
	session.Stdout, session.Stderr = os.Stdout, os.Stderr
	if err := session.Start(command); err != nil {
		return err
	}
	accepted, err := session.SendRequest(name, true, ssh.Marshal(struct{ Length uint32 }{500}))
	if err != nil {
		return err
	}
	fmt.Printf("%s %t\n", name, accepted)
	return session.Wait()
}

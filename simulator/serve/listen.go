package serve

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
)

// listen opens the listeners, all or none.
func (s *Server) listen() (plain, secure net.Listener, err error) {
	if s.config.HTTP != "" {
		if plain, err = s.open(s.config.HTTP); err != nil {
			return nil, nil, err
		}
	}
	if s.config.HTTPS != "" {
		secure, err = s.open(s.config.HTTPS)
		var cert certificate
		if err == nil {
			cert, err = newCertificate(secure.Addr())
		}
		if err != nil {
			closeAll(plain, secure)
			return nil, nil, err
		}
		s.cert, s.ready.Fingerprint = cert.pem, cert.fingerprint
		s.announce("https", secure.Addr())
		secure = tls.NewListener(secure, cert.config())
	}
	if plain != nil {
		s.announce("http", plain.Addr())
	}
	return plain, secure, nil
}

func closeAll(listeners ...net.Listener) {
	for _, l := range listeners {
		if l != nil {
			_ = l.Close()
		}
	}
}

// open listens at an address that is not to be seen from elsewhere.
func (s *Server) open(address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("address: got %q, want one such as \"127.0.0.1:8080\"", address)
	}
	if ip := net.ParseIP(host); !s.config.AllowRemote && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("address: got %q, which others may reach, want a loopback address or leave to allow remote clients", address)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("address: %w", err)
	}
	return l, nil
}

func (s *Server) serve(l net.Listener) {
	if l == nil {
		return
	}
	server := &http.Server{
		Handler: s, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
		ReadHeaderTimeout: headerTime, ReadTimeout: requestTime, WriteTimeout: replyTime, IdleTimeout: idleTime,
		MaxHeaderBytes: headerBytes,
	}
	s.servers = append(s.servers, server)
	s.running.Go(func() { _ = server.Serve(l) })
}

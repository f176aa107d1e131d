// SPDX-License-Identifier: MIT

// The usual way in Go: workers that share a client, and a writer that stores
// what they bring 250 at a time.
//
// usage: pool OAUTH-BASE CONNINFO DUE-BEFORE WORKERS
package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/lib/pq"
)

const batch = 250

type athlete struct {
	id           int64
	refreshToken string
}

type token struct {
	id           int64
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	ExpiresAt    int64  `json:"expires_at"`
}

func newClient(workers int) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = workers
	return &http.Client{Transport: transport, Timeout: 30 * time.Second}
}

func refresh(client *http.Client, base string, a athlete) (token, error) {
	t := token{id: a.id}
	answer, err := client.PostForm(base+"/token", url.Values{
		"client_id":     {"1001"},
		"client_secret": {"sandbox-client-secret"},
		"grant_type":    {"refresh_token"},
		"refresh_token": {a.refreshToken},
	})
	if err != nil {
		return t, err
	}
	defer answer.Body.Close()
	// Read to its end, the connection is used again.
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return t, err
	}
	if answer.StatusCode != http.StatusOK {
		return t, fmt.Errorf("HTTP %d", answer.StatusCode)
	}
	return t, json.Unmarshal(body, &t)
}

// page returns the next of those that are due, by id.
func page(db *sql.DB, dueBefore, after int64) ([]athlete, error) {
	rows, err := db.Query("SELECT id, refresh_token FROM athlete"+
		" WHERE expires_at < $1 AND id > $2 ORDER BY id LIMIT $3",
		dueBefore, after, batch)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	athletes := make([]athlete, 0, batch)
	for rows.Next() {
		var a athlete
		if err := rows.Scan(&a.id, &a.refreshToken); err != nil {
			return nil, err
		}
		athletes = append(athletes, a)
	}
	return athletes, rows.Err()
}

func feed(db *sql.DB, dueBefore int64, due chan<- athlete) {
	defer close(due)
	for after := int64(0); ; {
		athletes, err := page(db, dueBefore, after)
		if err != nil {
			log.Fatal(err)
		}
		if len(athletes) == 0 {
			return
		}
		for _, a := range athletes {
			due <- a
		}
		after = athletes[len(athletes)-1].id
	}
}

func work(base string, workers int, due <-chan athlete, fresh chan<- token) {
	var working sync.WaitGroup
	client := newClient(workers)
	for i := 0; i < workers; i++ {
		working.Add(1)
		go func() {
			defer working.Done()
			for a := range due {
				t, err := refresh(client, base, a)
				if err != nil {
					log.Printf("athlete %d: %v", a.id, err)
					continue
				}
				fresh <- t
			}
		}()
	}
	working.Wait()
	close(fresh)
}

func store(db *sql.DB, tokens []token) error {
	ids := make([]int64, len(tokens))
	accessTokens := make([]string, len(tokens))
	refreshTokens := make([]string, len(tokens))
	ends := make([]int64, len(tokens))
	for i, t := range tokens {
		ids[i], ends[i] = t.id, t.ExpiresAt
		accessTokens[i], refreshTokens[i] = t.AccessToken, t.RefreshToken
	}
	_, err := db.Exec("UPDATE athlete AS a SET access_token = n.access_token,"+
		" refresh_token = n.refresh_token, expires_at = n.expires_at"+
		" FROM unnest($1::int8[], $2::text[], $3::text[], $4::int8[])"+
		" AS n (id, access_token, refresh_token, expires_at)"+
		" WHERE a.id = n.id", pq.Array(ids), pq.Array(accessTokens),
		pq.Array(refreshTokens), pq.Array(ends))
	return err
}

func write(db *sql.DB, fresh <-chan token) error {
	tokens := make([]token, 0, batch)
	for t := range fresh {
		tokens = append(tokens, t)
		if len(tokens) < batch {
			continue
		}
		if err := store(db, tokens); err != nil {
			return err
		}
		tokens = tokens[:0]
	}
	if len(tokens) == 0 {
		return nil
	}
	return store(db, tokens)
}

func main() {
	if len(os.Args) != 5 {
		log.Fatal("usage: pool OAUTH-BASE CONNINFO DUE-BEFORE WORKERS")
	}
	dueBefore, err := strconv.ParseInt(os.Args[3], 10, 64)
	if err != nil {
		log.Fatal(err)
	}
	workers, err := strconv.Atoi(os.Args[4])
	if err != nil {
		log.Fatal(err)
	}
	db, err := sql.Open("postgres", os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	db.SetMaxOpenConns(2)
	db.SetMaxIdleConns(2)
	due := make(chan athlete, batch)
	fresh := make(chan token, batch)
	go feed(db, dueBefore, due)
	go work(os.Args[1], workers, due, fresh)
	if err := write(db, fresh); err != nil {
		log.Fatal(err)
	}
}

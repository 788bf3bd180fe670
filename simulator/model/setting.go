// Package model has what the models of all simulated systems are made of:
// settings with their defaults, spans of time and what is drawn within them,
// and hazards. What a system is and does is the system's own.
package model

import (
	"fmt"
	"slices"
	"strings"
)

// A Mark says what a default rests on. Every system has marks of its own.
type Mark string

// A Setting is one default of a system, as it is shown.
type Setting struct {
	Name    string // "texts.node_booting"
	Default string
	Choices []string // nil if anything goes
	Mark    Mark
	Note    string
}

// A Row is the default of one field of a T, a line of a system's tables.
// Like a [ChoiceRow] it is a struct without a name, for the tables to be
// written without the names of its fields.
type Row[T, V any] = struct {
	Name    string
	Field   func(*T) *V
	Default V
	Mark    Mark
	Note    string
}

// A ChoiceRow is one field of a T that is one of a few words.
type ChoiceRow[T any] = struct {
	Name    string
	Field   func(*T) *string
	Choices []string // the default first
	Mark    Mark
	Note    string
}

// List is the rows as settings of a kind ("timings").
func List[T, V any](kind string, rows []Row[T, V]) []Setting {
	var all []Setting
	for _, r := range rows {
		all = append(all, Setting{kind + "." + r.Name, fmt.Sprint(r.Default), nil, r.Mark, r.Note})
	}
	return all
}

// ListChoices is the rows as settings of a kind ("behaviour").
func ListChoices[T any](kind string, rows []ChoiceRow[T]) []Setting {
	var all []Setting
	for _, r := range rows {
		all = append(all, Setting{kind + "." + r.Name, r.Choices[0], r.Choices, r.Mark, r.Note})
	}
	return all
}

// Set gives the field of the row with that name another value.
func Set[T, V any](kind string, rows []Row[T, V], t *T, name string, value V) error {
	for _, r := range rows {
		if r.Name == name {
			*r.Field(t) = value
			return nil
		}
	}
	return Unknown(kind, name, List(kind, rows))
}

// Choose gives the field of the row with that name another of its choices.
func Choose[T any](kind string, rows []ChoiceRow[T], t *T, name, choice string) error {
	for i := range rows {
		if r := &rows[i]; r.Name == name {
			*r.Field(t) = choice
			return check(kind, r, choice)
		}
	}
	return Unknown(kind, name, ListChoices(kind, rows))
}

func check[T any](kind string, r *ChoiceRow[T], choice string) error {
	if slices.Contains(r.Choices, choice) {
		return nil
	}
	return fmt.Errorf("%s.%s: got %q, want one of %s", kind, r.Name, choice, strings.Join(r.Choices, ", "))
}

// Unknown is the error for a name that is none of the settings of that kind.
func Unknown(kind, name string, settings []Setting) error {
	var names []string
	for _, s := range settings {
		names = append(names, strings.TrimPrefix(s.Name, kind+"."))
	}
	return fmt.Errorf("%s: got %q, want one of %s", kind, name, strings.Join(names, ", "))
}

// Fill puts the defaults where nothing was said.
func Fill[T any, V comparable](rows []Row[T, V], t *T) {
	var nothing V
	for i := range rows {
		if f := rows[i].Field(t); *f == nothing {
			*f = rows[i].Default
		}
	}
}

// FillChoices puts the defaults where nothing was said, and checks the rest.
func FillChoices[T any](kind string, rows []ChoiceRow[T], t *T) error {
	for i := range rows {
		f := rows[i].Field(t)
		if *f == "" {
			*f = rows[i].Choices[0]
		}
		if err := check(kind, &rows[i], *f); err != nil {
			return err
		}
	}
	return nil
}

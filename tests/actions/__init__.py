"""Tests of the dialogue's actions: with the real credit module over the seeded customers, without Rasa."""

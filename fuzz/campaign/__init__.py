"""Campaigns: cases by number, batches of them as pure functions, workers that run batches, a store of what came out.

cases.py        configuration and number -> the case
batch.py        one batch: run cases on legs, compare
store.py        campaign.sqlite and the folders of cases
worker.py       a process that runs batches
supervisor.py   hands batches to workers and writes results down
"""

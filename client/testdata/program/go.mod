module example.com/program

go 1.26.0

require bulkpatch v0.0.0

replace bulkpatch => ../../..

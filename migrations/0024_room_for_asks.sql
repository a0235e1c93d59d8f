-- Every ask is changed once in the transaction that writes down a batch of mails, so all asks of a page at about the same
-- moment: with as much room as rows, none of the table's seven indexes is touched.
ALTER TABLE asks SET (fillfactor = 50);

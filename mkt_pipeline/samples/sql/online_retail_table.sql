-- What:  the raw table, made anew; nothing is corrected in it.
-- Grain: one row per line of the file. The file has no key, and identical lines are real, so the
--        line's place in the file is its number.
-- Parameters: none.
CREATE SCHEMA IF NOT EXISTS online_retail;
DROP TABLE IF EXISTS online_retail.invoice_lines;
CREATE TABLE online_retail.invoice_lines (
    line_number bigint NOT NULL,
    invoice text NOT NULL,
    stock_code text NOT NULL,
    description text,
    quantity bigint NOT NULL,
    invoice_date timestamp NOT NULL,  -- local time of the United Kingdom
    price numeric NOT NULL,           -- pounds for one piece
    customer_id bigint,
    country text
);
COMMENT ON TABLE online_retail.invoice_lines IS
    'UCI Online Retail II (Chen, 2019, CC BY 4.0), as it is in the file';

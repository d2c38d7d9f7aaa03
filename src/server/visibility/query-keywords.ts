// The words that the query language of visibility treats as keywords: those of the SQL dialect that the real server parses
// queries with. What a word is decides whether it names a search attribute without backticks, and so where an error is
// reported.

/** Keywords that may stand for a name without backticks; they are read in lower case. */
export const NAME_KEYWORDS: ReadonlySet<string> = new Set(
  `
  accessible against asensitive before begin bigint bit blob bool both call cascade change char
  character charset check comment commit committed condition continue current_user cursor date
  datetime day_hour day_microsecond day_minute day_second dec decimal declare delayed deterministic
  distinctrow double duplicate each elseif enclosed enum escaped exit expansion fetch float float4
  float8 foreign fulltext generated geometry geometrycollection get global grant high_priority
  hour_microsecond hour_minute hour_second infile inout insensitive int int1 int2 int3 int4 int8
  integer io_after_gtids isolation iterate json key_block_size keys kill language last_insert_id
  leading leave less level linear lines linestring load long longblob longtext loop low_priority
  master_bind mediumblob mediumint mediumtext middleint minute_microsecond minute_second mode modifies
  multilinestring multipoint multipolygon names nchar no_write_to_binlog numeric offset only optimize
  optimizer_costs option optionally out outfile partition point polygon precision primary procedure
  query range read read_write reads real references release reorganize repair repeat repeatable
  require resignal restrict return revoke rollback schemas second_microsecond sensitive serializable
  session share signal signed smallint spatial specific sql sql_big_result sql_calc_found_rows
  sql_small_result sqlexception sqlstate sqlwarning ssl start starting status stored terminated text
  than time timestamp tinyblob tinyint tinytext trailing transaction trigger truncate uncommitted undo
  unlock unsigned usage varbinary varchar varcharacter variables varying view vindex vindexes virtual
  vitess_keyspaces vitess_shards vitess_tablets vschema_tables while with write xor year year_month
  zerofill
  `
    .trim()
    .split(/\s+/),
);

/** Keywords that may stand for a name only after a dot. */
export const QUALIFIED_KEYWORDS: ReadonlySet<string> = new Set(
  `
  add and as asc auto_increment between binary by case collate convert create cross current_date
  current_time current_timestamp database databases default delete desc describe distinct div drop
  else end escape exists explain false for force from group having if ignore in index inner insert
  interval into is join key left like limit localtime localtimestamp lock match maxvalue mod natural
  next not null on or order outer regexp rename replace right rlike schema select separator set show
  starts_with straight_join substr substring table tables then to true union unique update use using
  utc_date utc_time utc_timestamp values when where
  `
    .trim()
    .split(/\s+/),
);

/** Keywords that never stand for a name without backticks. */
export const OTHER_KEYWORDS: ReadonlySet<string> = new Set(
  `
  _binary all alter analyze boolean cast column constraint extended full group_concat processlist
  sql_cache sql_no_cache stream
  `
    .trim()
    .split(/\s+/),
);

/** Whether a word, in lower case, is a keyword of any kind: such names are shown in backticks. */
export function isKeyword(word: string): boolean {
  return NAME_KEYWORDS.has(word) || QUALIFIED_KEYWORDS.has(word) || OTHER_KEYWORDS.has(word);
}

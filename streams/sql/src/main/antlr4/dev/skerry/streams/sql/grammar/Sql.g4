/**
 * The language of rules: eKuiper's dialect, and the window functions of standard SQL. Keywords and functions ignore case,
 * columns do not. What eKuiper takes for an ordinary name is one here too (`nonReserved`).
 */
grammar Sql;

options { caseInsensitive = true; }

script : statement (';' statement)* ';'* EOF ;

statement
    : select                                                                    # query
    | CREATE kind=(STREAM | TABLE) name '(' columns? ')' WITH '(' (option ','?)* ')'  # create
    | SHOW kind=(STREAMS | TABLES)                                              # show
    | verb=(DESCRIBE | EXPLAIN | DROP) kind=(STREAM | TABLE) name               # named
    ;

columns : column (',' column)* ','? ;
column : name type (DEFAULT defaultValue)? ;
type
    : name                                   # basicType
    | ARRAY '(' type ')'                     # arrayType
    | STRUCT '(' columns ')'                 # structType
    ;
defaultValue : '-'? (INTEGER | FLOAT) | STRING | TRUE | FALSE ;
option : name '=' (STRING | TRUE | FALSE) ;

select
    : SELECT field (',' field)* FROM source join*
      (WHERE where=expr)?
      (GROUP BY group (',' group)*)?
      (HAVING having=expr)?
      (ORDER BY sort (',' sort)*)?
      (LIMIT limit=INTEGER)?
    ;

field : expr (AS name)? INVISIBLE? ;
group : expr ;
sort : expr direction=(ASC | DESC)? ;

source
    : TABLE '(' windowTable ')' (AS name)?   # windowedSource
    | windowTable (AS name)?                 # windowedSource
    | sourceName (AS name)?                  # plainSource
    ;
// A topic of MQTT is a name of a source as well.
sourceName : levels? name (levels name)* levels? ;
levels : ('/' | '#' | '+')+ ;
windowTable
    : kind=(TUMBLE | HOP | SESSION) '(' TABLE? sourceName (PARTITION BY expr (',' expr)*)? ',' DESCRIPTOR '(' name ')' (',' interval)+ ')' ;
interval : INTERVAL length=(STRING | INTEGER) unit=name ;

join : kind=(INNER | LEFT | RIGHT | FULL | CROSS)? OUTER? JOIN source (ON on=expr)? ;

expr
    : NOT expr                              # not
    | expr AND expr                         # and
    | expr OR expr                          # or
    | predicate                             # plain
    ;

predicate
    : sum                                                                       # value
    | left=predicate op=('=' | '!=' | '<' | '<=' | '>' | '>=') right=sum        # compare
    | predicate NOT? BETWEEN low=sum AND high=sum                               # between
    | predicate NOT? IN '(' expr (',' expr)* ')'                                # inList
    | predicate NOT? IN sum                                                     # inArray
    | predicate NOT? LIKE pattern=sum (ESCAPE escape=STRING)?                   # like
    | predicate IS NOT? NULL                                                    # isNull
    ;

sum
    : sum '->' (name | STAR)                                                    # arrow
    | sum '.' (name | STAR)                                                     # dot
    | sum '[' subscript? ']'                                                    # subset
    | '-' sum                                                                   # negate
    | '-' '.' INTEGER                                                           # negativeFraction
    | left=sum op=(STAR | '/' | '%' | '&') right=sum                            # product
    | left=sum op=('+' | '-' | '|' | '^') right=sum                             # addition
    | primary                                                                   # single
    ;

subscript : expr | from=expr? ':' to=expr? ;

primary
    : INTEGER                                                                   # integer
    | FLOAT                                                                     # float
    | STRING                                                                    # string
    | (TRUE | FALSE)                                                            # boolean
    | NULL                                                                      # null
    | unit=(DD | HH | MI | SS | MS)                                             # timeUnit
    | interval                                                                  # intervalValue
    | CASE subject=expr? when+ (ELSE otherwise=expr)? END                       # case
    | function=name '(' (expr (',' expr)* ','?)? ')' filter? over?              # call
    | name                                                                      # columnRef
    | STAR wildcardPart*                                                        # star
    | '(' expr ')'                                                              # parens
    ;

when : WHEN condition=expr THEN result=expr ;
wildcardPart
    : EXCEPT '(' name (',' name)* ')'                                           # except
    | REPLACE '(' field (',' field)* ')'                                        # replace
    ;
filter : FILTER '(' WHERE expr ')' ;
over : OVER '(' overPart+ ')' ;
overPart
    : PARTITION BY expr (',' expr)*                                             # partition
    | ORDER BY sort (',' sort)*                                                 # overOrder
    | WHEN expr                                                                 # overWhen
    ;

name : IDENT | QUOTED_NAME | nonReserved ;
nonReserved
    : CREATE | STREAM | TABLE | STREAMS | TABLES | WITH | SHOW | DESCRIBE | EXPLAIN | DROP | ARRAY | STRUCT | ESCAPE | IS | OUTER
    | TUMBLE | HOP | SESSION | DESCRIPTOR | INTERVAL ;

SELECT: 'SELECT'; FROM: 'FROM'; WHERE: 'WHERE'; GROUP: 'GROUP'; BY: 'BY'; HAVING: 'HAVING'; ORDER: 'ORDER'; LIMIT: 'LIMIT';
ASC: 'ASC'; DESC: 'DESC'; AS: 'AS'; AND: 'AND'; OR: 'OR'; NOT: 'NOT'; BETWEEN: 'BETWEEN'; IN: 'IN'; LIKE: 'LIKE';
ESCAPE: 'ESCAPE'; IS: 'IS'; NULL: 'NULL'; TRUE: 'TRUE'; FALSE: 'FALSE'; CASE: 'CASE'; WHEN: 'WHEN'; THEN: 'THEN';
ELSE: 'ELSE'; END: 'END'; OVER: 'OVER'; PARTITION: 'PARTITION'; FILTER: 'FILTER'; EXCEPT: 'EXCEPT'; REPLACE: 'REPLACE';
INVISIBLE: 'INVISIBLE'; DEFAULT: 'DEFAULT'; INNER: 'INNER'; LEFT: 'LEFT'; RIGHT: 'RIGHT'; FULL: 'FULL'; CROSS: 'CROSS';
OUTER: 'OUTER'; JOIN: 'JOIN'; ON: 'ON'; DD: 'DD'; HH: 'HH'; MI: 'MI'; SS: 'SS'; MS: 'MS';
CREATE: 'CREATE'; STREAM: 'STREAM'; TABLE: 'TABLE'; STREAMS: 'STREAMS'; TABLES: 'TABLES'; WITH: 'WITH'; SHOW: 'SHOW';
DESCRIBE: 'DESCRIBE'; EXPLAIN: 'EXPLAIN'; DROP: 'DROP'; ARRAY: 'ARRAY'; STRUCT: 'STRUCT';
TUMBLE: 'TUMBLE'; HOP: 'HOP'; SESSION: 'SESSION'; DESCRIPTOR: 'DESCRIPTOR'; INTERVAL: 'INTERVAL';

STAR: '*';
NOT_EQUAL: ('!' [ \t\r\n]* '=' | '<>') -> type(NEQ);
NEQ: '!=';
INTEGER: [0-9]+;
FLOAT: [0-9]+ '.' [0-9]* ('E' [+-]? [0-9]+)? | '.' [0-9]+ ('E' [+-]? [0-9]+)? | [0-9]+ 'E' [+-]? [0-9]+;
STRING: '\'' ('\\' . | ~['\\])* '\'' | '"' ('\\' . | ~["\\])* '"';
IDENT: [A-Z_] [A-Z0-9_]*;
QUOTED_NAME: '`' ~'`'+ '`';
LINE_COMMENT: '--' ~[\r\n]* -> skip;
BLOCK_COMMENT: '/*' .*? '*/' -> skip;
SPACE: [ \t\r\n]+ -> skip;
UNKNOWN: . ;

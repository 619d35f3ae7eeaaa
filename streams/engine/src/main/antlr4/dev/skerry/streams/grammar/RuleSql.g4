/** The language of rules: eKuiper's dialect of SQL. Keywords and functions ignore case, columns do not. */
grammar RuleSql;

options { caseInsensitive = true; }

statement
    : SELECT field (',' field)* FROM name
      (WHERE where=expr)?
      (GROUP BY groupItem (',' groupItem)*)?
      (HAVING having=expr)?
      (ORDER BY orderItem (',' orderItem)*)?
      (LIMIT limit=INTEGER)? ';'? EOF
    ;

field
    : STAR                  # allFields
    | expr (AS name)?       # oneField
    ;

groupItem
    : window                # windowItem
    | expr                  # keyItem
    ;

window
    : kind=(TUMBLINGWINDOW | HOPPINGWINDOW | SLIDINGWINDOW | SESSIONWINDOW) '(' unit=IDENT (',' INTEGER)+ ')'
    | kind=COUNTWINDOW '(' INTEGER (',' INTEGER)? ')'
    ;

orderItem : expr direction=(ASC | DESC)? ;

expr
    : NOT expr              # not
    | expr AND expr         # and
    | expr OR expr          # or
    | predicate             # plain
    ;

predicate
    : sum                                                 # value
    | left=sum op=('=' | '!=' | '<>' | '<' | '<=' | '>' | '>=') right=sum   # compare
    | sum NOT? BETWEEN low=sum AND high=sum               # between
    | sum NOT? IN '(' expr (',' expr)* ')'                # in
    | sum NOT? LIKE pattern=sum                           # like
    | sum IS NOT? NULL                                    # isNull
    ;

sum
    : '-' sum                               # negate
    | left=sum op=(STAR | '/' | '%') right=sum   # product
    | left=sum op=('+' | '-') right=sum     # addition
    | primary                               # single
    ;

primary
    : INTEGER                               # integer
    | FLOAT                                 # float
    | STRING                                # string
    | (TRUE | FALSE)                        # boolean
    | NULL                                  # null
    | CASE subject=expr? (WHEN when_ THEN expr)+ (ELSE otherwise=expr)? END  # case
    | function=name '(' STAR ')'            # countAll
    | function=name '(' (expr (',' expr)*)? ')'  # call
    | (stream=name '.')? column=name        # columnRef
    | '(' expr ')'                          # parens
    ;

when_ : expr ;

name : IDENT | QUOTED_NAME ;

SELECT: 'SELECT'; FROM: 'FROM'; WHERE: 'WHERE'; GROUP: 'GROUP'; BY: 'BY'; HAVING: 'HAVING'; ORDER: 'ORDER';
LIMIT: 'LIMIT'; ASC: 'ASC'; DESC: 'DESC'; AS: 'AS'; AND: 'AND'; OR: 'OR'; NOT: 'NOT'; BETWEEN: 'BETWEEN'; IN: 'IN';
LIKE: 'LIKE'; IS: 'IS'; NULL: 'NULL'; TRUE: 'TRUE'; FALSE: 'FALSE'; CASE: 'CASE'; WHEN: 'WHEN'; THEN: 'THEN';
ELSE: 'ELSE'; END: 'END';
TUMBLINGWINDOW: 'TUMBLINGWINDOW'; HOPPINGWINDOW: 'HOPPINGWINDOW'; SLIDINGWINDOW: 'SLIDINGWINDOW';
SESSIONWINDOW: 'SESSIONWINDOW'; COUNTWINDOW: 'COUNTWINDOW';

STAR: '*';
INTEGER: [0-9]+;
FLOAT: [0-9]+ '.' [0-9]* ('E' [+-]? [0-9]+)? | '.' [0-9]+ ('E' [+-]? [0-9]+)? | [0-9]+ 'E' [+-]? [0-9]+;
STRING: '\'' ('\\' . | ~['\\])* '\'' | '"' ('\\' . | ~["\\])* '"';
IDENT: [A-Z_] [A-Z0-9_]*;
QUOTED_NAME: '`' ~'`'+ '`';
LINE_COMMENT: '--' ~[\r\n]* -> skip;
BLOCK_COMMENT: '/*' .*? '*/' -> skip;
SPACE: [ \t\r\n]+ -> skip;
UNKNOWN: . ;

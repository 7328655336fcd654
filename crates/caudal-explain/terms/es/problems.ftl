# Problemas de la prueba: una frase y qué hacer al respecto.
# Valores: $found, lo que hay; $expected, lo que sería correcto; $column, la columna (en
# balance-below-zero: la cuenta). Páginas más largas: docs/errors/.

problem-file-empty = el archivo está vacío o no tiene nada bajo su encabezado
problem-file-empty-hint = compruebe que es el archivo correcto y que la exportación no se interrumpió

problem-format-unknown = el archivo no está en ningún formato que se pueda leer aquí: `{ $found }`
problem-format-unknown-hint = indique el formato si lo conoce, o exporte los datos como CSV; una hoja de cálculo se puede guardar como CSV UTF-8

problem-format-ambiguous = dos lectores reconocen el archivo; se leyó como `{ $found }` y podría ser `{ $expected }`
problem-format-ambiguous-hint = compare algunos movimientos con el archivo; si no coinciden, indique el formato

problem-file-truncated = el archivo está dañado o se corta: `{ $found }`
problem-file-truncated-hint = obtenga el archivo de nuevo y compare su tamaño y su huella; en una tabla, busque una comilla sin cerrar

problem-encoding-not-utf8 = el texto no es UTF-8 y se leyó como `{ $found }`
problem-encoding-not-utf8-hint = compruebe que los nombres con acentos y eñes se leen bien, o guarde el archivo como UTF-8

problem-encoding-contradicts-header = el encabezado indica una codificación distinta de la que tienen los bytes: `{ $found }`
problem-encoding-contradicts-header-hint = compruebe que los nombres con acentos y eñes se leen bien

problem-text-undecodable = algunos bytes no son texto en ninguna codificación conocida: `{ $found }`
problem-text-undecodable-hint = compare la fila con su fuente; los bytes se conservan como están

problem-record-unexpected = el formato no prevé esto en este lugar: `{ $found }`
problem-record-unexpected-hint = vea si contiene un importe o un saldo que no esté en los movimientos

problem-record-length-wrong = `{ $found }` es más largo o más corto de lo que dice el formato; se esperaba `{ $expected }`
problem-record-length-wrong-hint = compare la fila con su fuente; los espacios recortados al final de una línea no perjudican

problem-control-total-differs = el archivo indica un total de `{ $found }`, pero sus registros suman `{ $expected }`
problem-control-total-differs-hint = busque un registro perdido, repetido o alterado y obtenga el archivo de nuevo

problem-record-count-differs = el archivo indica un número de registros de `{ $found }`, pero hay `{ $expected }`
problem-record-count-differs-hint = vea si cuadran los totales y los saldos; algunos bancos cuentan a su manera

problem-column-missing = falta la columna `{ $expected }`; el encabezado dice `{ $found }`
problem-column-missing-hint = añada la columna o cambie el nombre de otra; valen en cualquier orden y en mayúsculas o minúsculas

problem-column-repeated = la columna `{ $column }` aparece dos veces en el encabezado
problem-column-repeated-hint = cambie el nombre de una de las dos columnas o elimínela

problem-column-type-unfit = la columna `{ $column }` tiene el tipo `{ $found }`; se esperaba `{ $expected }`
problem-column-type-unfit-hint = escriba los importes como decimales o texto, las fechas como fechas y los nombres como texto

problem-row-too-long = la fila ocupa más de `{ $expected }` bytes; empieza así: `{ $found }`
problem-row-too-long-hint = busque un fin de línea perdido o datos binarios en el archivo

problem-row-truncated = la fila tiene `{ $found }` celdas; se esperaban `{ $expected }`
problem-row-truncated-hint = busque una fila cortada, o un separador dentro de un nombre o un importe que necesite comillas

problem-id-missing = la fila no tiene identificador
problem-id-missing-hint = dé a cada fila su propio identificador, como la referencia del banco o un número correlativo

problem-id-duplicate = `{ $found }` ya está en la fila `{ $expected }`
problem-id-duplicate-hint = elimine la fila si es una copia; si es otra, dele su propio identificador

problem-account-missing = la celda `{ $column }` está vacía
problem-account-missing-hint = nombre la cuenta, o una parte externa como `@efectivo` si no se conoce ninguna

problem-account-key-contradicts = lo que debería identificar una sola cuenta identifica varias distintas: `{ $found }`
problem-account-key-contradicts-hint = compare la fila con su fuente; no se unen ni se elige ninguna

problem-identifier-lost-digits = una hoja de cálculo guardó `{ $found }` como número y puede haber perdido cifras
problem-identifier-lost-digits-hint = pida el archivo tal como lo exportó el banco, o la columna como texto

problem-identifier-check-failed = los dígitos de control no corresponden: `{ $found }`
problem-identifier-check-failed-hint = compare el identificador con su fuente, cifra por cifra

problem-identifier-placeholder = `{ $found }` no es un identificador y no se usa como tal
problem-identifier-placeholder-hint = no hace falta nada, salvo que la fuente dé el identificador en otro lugar

problem-page-missing = falta una página del extracto: `{ $found }`
problem-page-missing-hint = pida al banco la página que falta, o lea también el archivo que la contiene

problem-statement-out-of-sequence = el extracto lleva el número `{ $found }`; se esperaba `{ $expected }`
problem-statement-out-of-sequence-hint = busque un extracto que falte; algunos bancos reinician la numeración cada año

problem-statement-gap = entre dos extractos de la cuenta falta algo: `{ $found }`
problem-statement-gap-hint = pida el extracto del tiempo intermedio

problem-statement-overlap = dos extractos de la cuenta abarcan los mismos días: `{ $found }`
problem-statement-overlap-hint = no hace falta nada si los saldos cuadran; lo que figura en ambos se cuenta una sola vez

problem-opening-balance-missing = el extracto no indica saldo inicial, así que nada prueba que esté completo
problem-opening-balance-missing-hint = busque el saldo en el extracto anterior

problem-closing-balance-missing = el extracto no indica saldo final, así que nada prueba que esté completo
problem-closing-balance-missing-hint = busque el saldo en el extracto siguiente, o vuelva a obtener el archivo si se corta

problem-balance-does-not-follow = el saldo no se sigue de los movimientos: consta `{ $found }`, pero conducen a `{ $expected }`
problem-balance-does-not-follow-hint = busque una fila que falte o se repita, un importe erróneo, un cargo por un abono o al revés, u otro orden de filas

problem-balance-date-unexpected = un saldo lleva la fecha `{ $found }`; se esperaba `{ $expected }`; se mantuvo en su extracto
problem-balance-date-unexpected-hint = no hace falta nada si los saldos cuadran

problem-balance-currency-missing = un saldo no indica la moneda; se tomó `{ $expected }`
problem-balance-currency-missing-hint = compruebe que la cuenta está en esa moneda

problem-currency-missing = la celda `{ $column }` está vacía
problem-currency-missing-hint = escriba el código de la moneda, como `MXN` o `USD`

problem-currency-unknown = la moneda `{ $found }` no está en la tabla
problem-currency-unknown-hint = escriba el código ISO 4217, como `MXN` o `USD`, no un nombre ni un signo

problem-currency-contradicts = la moneda es aquí `{ $found }`; se esperaba `{ $expected }`
problem-currency-contradicts-hint = compare la fila con su fuente; no se pueden sumar importes de dos monedas

problem-amount-unreadable = `{ $found }` no es un importe; se esperaban decimales simples como `{ $expected }`
problem-amount-unreadable-hint = escriba cifras y a lo sumo un punto decimal, sin signos, códigos ni palabras

problem-amount-ambiguous = el importe se puede leer de dos maneras: `{ $found }`; se esperaban decimales simples como `{ $expected }`
problem-amount-ambiguous-hint = escriba los importes con punto decimal y sin separadores de miles

problem-amount-digits-beyond-currency = `{ $found }` tiene más decimales que su moneda, que tiene `{ $expected }`
problem-amount-digits-beyond-currency-hint = compruebe la moneda y la fuente del importe; no se redondea nada

problem-amount-negative = el importe `{ $found }` es negativo; se esperaba `{ $expected }`, con pagador y beneficiario según se movió el dinero
problem-amount-negative-hint = intercambie pagador y beneficiario y escriba el importe sin signo

problem-amount-sign-contradicts = el signo, la marca, la columna o la clase de movimiento no concuerdan en si el dinero entró o salió
problem-amount-sign-contradicts-hint = vea qué sentido exigen los saldos y compare la fila con su fuente

problem-debit-and-credit-both = están rellenos a la vez el cargo y el abono: `{ $found }`
problem-debit-and-credit-both-hint = compare la fila con su fuente y con el saldo posterior

problem-details-do-not-sum = los detalles del movimiento suman `{ $found }`; se esperaba `{ $expected }`; queda como una sola transferencia
problem-details-do-not-sum-hint = busque una comisión o un cambio de moneda, o pida la relación de la remesa

problem-amount-overflow = un importe, o una suma de importes, supera lo que se cuenta con exactitud
problem-amount-overflow-hint = compruebe si hay importes con demasiadas cifras o con la moneda equivocada

problem-received-incomplete = el importe y la moneda recibidos van juntos; `{ $column }` está vacía
problem-received-incomplete-hint = rellene las dos columnas o ninguna

problem-sides-disagree = se recibió `{ $found }`, pero se pagó `{ $expected }`
problem-sides-disagree-hint = anote la comisión como una transferencia aparte, o corrija el importe

problem-date-unreadable = `{ $found }` no es una fecha; se esperaba una como `{ $expected }`
problem-date-unreadable-hint = escriba un día como `2025-04-03`, o una hora con su zona como `2025-04-03T10:15:00Z`

problem-date-order-ambiguous = no consta el orden de día y mes: `{ $found }` puede ser `{ $expected }`
problem-date-order-ambiguous-hint = escriba las fechas como año, mes y día: `2025-04-03`

problem-date-does-not-exist = ese día no existe: `{ $found }`; se esperaba uno como `{ $expected }`
problem-date-does-not-exist-hint = busque la fecha en la fuente; hay archivos de bancos con días como el 30 de febrero

problem-assertion-incomplete = al vínculo afirmado le falta un dato
problem-assertion-incomplete-hint = indique quién afirma el vínculo y el motivo: qué muestra que ambas transferencias son partes de un mismo plan
problem-value-date-does-not-exist = ese día no existe: `{ $found }`; la fecha valor cuenta como `{ $expected }`
problem-value-date-does-not-exist-hint = no hace falta nada, salvo que importe el orden de los movimientos de esos días

problem-date-carried-down = { $found } movimientos no imprimen fecha y toman la del movimiento anterior, como en los extractos que imprimen cada fecha una vez
problem-date-carried-down-hint = compare uno de ellos con el original; si el banco imprime cada fecha una sola vez, no hace falta nada
problem-date-outside-statement = `{ $found }` está fuera de los días que abarca el extracto, `{ $expected }`
problem-date-outside-statement-hint = compare la fila con su fuente; el día y el mes pueden estar cambiados

problem-entry-not-booked = el banco no ha anotado el movimiento (`{ $found }`); es una nota y no una transferencia
problem-entry-not-booked-hint = si el pago importa, busque su anotación en un extracto posterior

problem-entries-below-floor-hidden = el banco omitió los movimientos inferiores a `{ $found }`
problem-entries-below-floor-hidden-hint = pida el extracto completo de la cuenta

problem-row-duplicate = la fila es igual a otra de la cuenta: `{ $found }`
problem-row-duplicate-hint = compare con los saldos o con la fuente; se conservan ambas salvo que se pruebe que una es copia

problem-bank-id-reused = el identificador del banco `{ $found }` figura en varios movimientos distintos
problem-bank-id-reused-hint = no hace falta nada si son movimientos distintos; se conservan todos

problem-sequence-unreadable = la secuencia `{ $found }` no es un número entero como `{ $expected }`
problem-sequence-unreadable-hint = escriba el orden de las filas como 1, 2, 3, o deje la columna vacía

problem-statement-unreadable = `{ $found }` no dice si se tiene el estado de cuenta; se esperaba `{ $expected }`
problem-statement-unreadable-hint = escriba `held` si el estado de cuenta está en el libro y `missing` si no

problem-account-unknown = aquí se nombra `{ $found }`, pero ninguna transferencia lo nombra
problem-account-unknown-hint = compare su ortografía con las transferencias; una cuenta mal escrita aquí cuenta como si se tuviera su estado

problem-reversal-unmatched = la devolución nombra `{ $found }`, que no es un ingreso que pueda deshacer
problem-reversal-unmatched-hint = compruebe el identificador de la columna `reverses`; la fila se trata como un pago ordinario

problem-other-side-missing = se tiene el extracto de `{ $found }` de ese día, pero no muestra tal asiento
problem-other-side-missing-hint = búsquelo en otro día o con otro importe e indíquelo con `caudal match`; hasta entonces el rastreo termina ahí

problem-fee-unstated = se pagó `{ $expected }` y llegó `{ $found }`; ninguna fila indica una comisión
problem-fee-unstated-hint = busque la comisión en ambos extractos; si no la hay, un importe está mal leído o mal escrito

problem-self-transfer = pagador y beneficiario son la misma cuenta, `{ $found }`; la fila no mueve nada y queda fuera
problem-self-transfer-hint = compruebe si uno de los dos lados es un error

problem-amount-zero = el importe es cero (`{ $found }`); la fila no mueve nada y queda fuera
problem-amount-zero-hint = no hace falta nada si la fuente también dice cero

problem-sequence-against-date = la secuencia indicada va en contra de las fechas
problem-sequence-against-date-hint = compruebe cuál de las dos es correcta; de ello depende el orden del libro

problem-balance-below-zero = el saldo de `{ $column }` baja a `{ $found }`
problem-balance-below-zero-hint = busque un ingreso o un saldo inicial que falte, o confirme que el banco prestó el dinero

problem-order-tie-unproved = nada prueba el orden de varias líneas de una cuenta en un mismo día
problem-order-tie-unproved-hint = indique una secuencia u horas si el estado de cuenta muestra su orden

problem-origin-overlap = dos orígenes de la pregunta nombran el mismo dinero; pertenece al primero que encuentra
problem-origin-overlap-hint = nombre cada origen una sola vez, o pregunte por cada uno por separado

problem-bounds-stop-at-conversion = el dinero se convierte en el camino: la cota se cumple, pero puede ser más amplia de lo necesario
problem-bounds-stop-at-conversion-hint = pregunte de nuevo desde la conversión, en su moneda, para tener allí una cota ajustada

problem-bounds-not-computed = se calcularon cotas solo de los lugares con los mayores importes expuestos
problem-bounds-not-computed-hint = pregunte por los demás por su nombre, con `--to`

problem-bounds-not-tight = una cota se cumple, pero puede ser más amplia de lo necesario: su búsqueda se cortó, o el dinero podría contarse dos veces en su camino
problem-bounds-not-tight-hint = pregunte por menos cuentas o por un periodo más corto, con un `--bound-lines` mayor, o por los orígenes y los destinos por separado

problem-fraction-below-threshold = no se siguió el dinero rastreado por debajo del umbral
problem-fraction-below-threshold-hint = baje el umbral para seguir partes más pequeñas

problem-trace-cut-at-cap = el rastreo se detuvo en su tope de fragmentos
problem-trace-cut-at-cap-hint = acote la pregunta, suba el tope o fije un umbral

problem-problems-not-listed = hay `{ $found }` problemas más que no se enumeran
problem-problems-not-listed-hint = corrija los problemas enumerados y lea el archivo de nuevo

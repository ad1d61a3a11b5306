"""How Rasa understands Mandarin as Taiwan types it: ordinary Rasa components, named in `config.yml`.

    text -> tokens.MandarinTokenizer -> extract.TaiwanExtractor -> classify.MunicipalClassifier

`normalise` folds a text for the classifier, `sounds` knows how a character is read, `typos` makes the slips a thumb makes,
`features` and `encoder` turn folded text into numbers, `softmax` weighs them, `clauses` finds a second wish in a sentence.
The citizen's own text is never changed: offsets and values always refer to it.
"""

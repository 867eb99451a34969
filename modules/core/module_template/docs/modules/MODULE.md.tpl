# ${Nouns}

Customers ask, staff answer. Address: `/${path}/`.

| who | right |
| --- | --- |
| customer | writes and submits; sees what is theirs |
| `${module}.clerk` | sees all, finishes and rejects |
| `${module}.manager` | everything of the module |

A ${noun} has a public number, a customer, a title and details. `open_${record}` makes a draft; the workflow `${module}.${model}` leads
it to submitted, then to done or rejected. Clerks are told of what was submitted, the customer of the answer. The HTML of a
mail is made from its text unless there is a `.html` beside it.

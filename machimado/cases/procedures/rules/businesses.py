"""The standardised businesses (業務) by their id, as officers call them.

Source: 地方公共団体情報システム標準化基本方針 (the businesses); the ids as collected in secondary sources, 013 and 029 inferred:
none of them is claimed to be verified, they only group procedures here.
"""

BUSINESSES = {
    "001": "住民基本台帳",
    "002": "印鑑登録",
    "003": "戸籍",
    "010": "個人住民税",
    "012": "固定資産税",
    "013": "軽自動車税",
    "017": "学齢簿",
    "020": "児童扶養手当",
    "022": "障害者福祉",
    "023": "介護保険",
    "024": "国民健康保険",
    "025": "後期高齢者医療",
    "026": "国民年金",
    "027": "児童手当",
    "028": "子ども・子育て支援",
}
OTHER = "そのほか"

import time
from tests.building import build_open_survey, invite_some
def test_measure(app, db):
    with db.transaction() as session:
        [code] = invite_some(app, session, build_open_survey(app, session))
    client = app.test_client()
    client.post(f"/svar/{code}")
    for lang in ("nb","en"):
        pages=[f"/svar/{code}", f"/svar/{code}/{lang}/side/1", f"/svar/{code}/{lang}/side/2", f"/svar/{code}/{lang}/oppsummering"]
        for p in pages: client.get(p)
        best=[]
        for _ in range(3):
            t=time.process_time()
            for i in range(300):
                client.get(pages[i%4])
            best.append(time.process_time()-t)
        print("MEASURE", lang, [client.get(p).status_code for p in pages], [round(1000*b/300,3) for b in best])

-- a copy of the database can neither reach Chorus Pro as the company nor send what was ready
UPDATE res_company
   SET chorus_environment = NULL,
       chorus_production_confirmed = FALSE,
       chorus_webhook_url = NULL;
UPDATE chorus_connection
   SET client_id = NULL,
       client_secret_sealed = NULL,
       technical_account = NULL,
       technical_password_sealed = NULL,
       webhook_secret_sealed = NULL;
DELETE FROM chorus_event;

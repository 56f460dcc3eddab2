-- a copy of the database can neither reach Chorus Pro as the company nor send what was ready
UPDATE res_company
   SET chorus_environment = NULL,
       chorus_client_id = NULL,
       chorus_client_secret_sealed = NULL,
       chorus_technical_account = NULL,
       chorus_technical_password_sealed = NULL;

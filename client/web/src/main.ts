document.title = 'Torg';

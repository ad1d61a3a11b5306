// the widget
